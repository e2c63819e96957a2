//! Pictures of the screen.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context;

/// Pixels, three bytes each (red, green, blue), line by line from the top.
#[derive(Debug, Clone)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    /// From the four bytes a pixel (blue, green, red, unused) that an X server of depth 24 sends.
    pub(crate) fn from_bgrx(width: u32, height: u32, bytes: &[u8]) -> Self {
        let pixels = bytes.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        Self { width, height, pixels }
    }

    /// Writes a PNG file, its folder too if it is missing.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(())
    }

    /// Mean brightness, from 0 (black) to 255 (white).
    pub fn brightness(&self) -> f64 {
        let sum: u64 = self.pixels.iter().map(|&value| u64::from(value)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a picture has far fewer than 2^52 bytes")]
        let mean = sum as f64 / self.pixels.len() as f64;
        mean
    }

    /// Whether nothing at all is drawn: all pixels are the same.
    pub fn is_blank(&self) -> bool {
        let mut pixels = self.pixels.chunks_exact(3);
        let Some(first) = pixels.next() else { return true };
        pixels.all(|pixel| pixel == first)
    }
}
