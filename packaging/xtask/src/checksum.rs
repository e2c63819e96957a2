//! Telling a whole file from a broken one.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Fails, with both figures, when the file is not the one described.
pub(crate) fn verify(path: &Path, size_bytes: u64, sha256: &str) -> Result<()> {
    let found_bytes = path.metadata().with_context(|| format!("cannot read {}", path.display()))?.len();
    if found_bytes != size_bytes {
        bail!("{} has {found_bytes} bytes instead of {size_bytes}", path.display());
    }
    let found = of_file(path)?;
    if found != sha256 {
        bail!("{} has the SHA-256 {found} instead of {sha256}", path.display());
    }
    Ok(())
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hasher.finalize().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    // FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_file_is_whole_only_with_the_right_size_and_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();

        verify(&path, 3, ABC).expect("size and content fit");
        let shorter = verify(&path, 4, ABC).unwrap_err().to_string();
        assert!(shorter.contains("3 bytes instead of 4"), "a wrong size is named: {shorter}");
        std::fs::write(&path, "abd").unwrap();
        let other = verify(&path, 3, ABC).unwrap_err().to_string();
        assert!(other.contains("SHA-256"), "a wrong content is named: {other}");
    }
}
