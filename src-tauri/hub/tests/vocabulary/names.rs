use std::path::{Component, Path};

use hearth_hub::{Commit, FileName, FileNameError, RepoId, RepoIdError, Revision, Sha256};
use proptest::prelude::*;

#[test]
fn a_repository_has_an_owner_and_a_name() {
    let id: RepoId = "unsloth/Qwen3.5-4B-GGUF".parse().expect("the Hub has it");
    assert_eq!((id.owner(), id.name()), ("unsloth", "Qwen3.5-4B-GGUF"));
    for good in ["o/n", "0xSero/Qwen3.6-35B-A3B-GGUF-Strix", "WithinUsAI/Opus4.7-GODs.Ghost.Codex-4B.GGuF", "a_b/_c"] {
        assert_eq!(good.parse::<RepoId>().map(|id| id.to_string()).as_deref(), Ok(good), "{good}");
    }
}

#[test]
fn what_the_hub_would_not_name_a_repository_is_refused() {
    let cases = [
        ("gpt2", RepoIdError::NotTwoParts),
        ("a/b/c", RepoIdError::NotTwoParts),
        ("/b", RepoIdError::BadLength),
        ("a/", RepoIdError::BadLength),
        ("a/b c", RepoIdError::BadCharacter),
        ("a/ß", RepoIdError::BadCharacter),
        ("../b", RepoIdError::BadSign),
        ("a/-b", RepoIdError::BadSign),
        ("a/b.", RepoIdError::BadSign),
        ("a/b--c", RepoIdError::BadSign),
        ("a/b.git", RepoIdError::BadSign),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<RepoId>(), Err(error), "{text}");
    }
    assert_eq!(format!("a/{}", "b".repeat(97)).parse::<RepoId>(), Err(RepoIdError::BadLength));
}

#[test]
fn a_file_name_stays_inside_its_folder_on_every_system() {
    let cases = [
        ("", FileNameError::Empty),
        ("/etc/passwd", FileNameError::Empty),
        ("a//b", FileNameError::Empty),
        ("a/", FileNameError::Empty),
        ("../a", FileNameError::Escapes),
        ("a/../../b", FileNameError::Escapes),
        ("./a", FileNameError::Escapes),
        (r"a\b", FileNameError::BadCharacter),
        (r"..\a", FileNameError::BadCharacter),
        ("C:/a", FileNameError::BadCharacter),
        ("a:stream", FileNameError::BadCharacter),
        ("a\0b", FileNameError::BadCharacter),
        ("a\nb", FileNameError::BadCharacter),
        ("what?", FileNameError::BadCharacter),
        ("a./b", FileNameError::BadEnd),
        ("MoQ-2.85 /Qwen3.5-9B-MoQ-2.85 .gguf", FileNameError::BadEnd),
        ("con", FileNameError::Reserved),
        ("Aux.gguf", FileNameError::Reserved),
        ("folder/LPT1.tar.gz", FileNameError::Reserved),
        ("COM¹", FileNameError::Reserved),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<FileName>(), Err(error), "{text:?}");
    }
    let long = "a".repeat(256);
    assert_eq!(long.parse::<FileName>(), Err(FileNameError::TooLong));
}

#[test]
fn usual_file_names_are_taken_as_they_are() {
    for good in
        ["model.gguf", "BF16/a-00001-of-00002.gguf", ".gitattributes", "über.gguf", "a b.gguf", "console.txt", "com10"]
    {
        let name: FileName = good.parse().unwrap_or_else(|error| panic!("{good}: {error}"));
        assert_eq!(name.as_str(), good);
    }
    let name: FileName = "a/b/c.gguf".parse().expect("a path");
    assert_eq!((name.folder(), name.last()), (Some("a/b"), "c.gguf"));
}

#[test]
fn a_revision_is_a_name_that_git_and_a_file_may_have() {
    for good in ["main", "v1.0", "refs/pr/12", "feature/x", "ab810cf68114990406fdf996510dd3d3c6adbdf5"] {
        assert!(good.parse::<Revision>().is_ok(), "{good}");
    }
    for bad in [
        "", "a b", "../main", "a..b", "-x", ".x", "x.lock", "a/", "a//b", "a~1", "a^", "a:b", "@", "a@{1}", "a*", "nul",
    ] {
        assert!(bad.parse::<Revision>().is_err(), "{bad:?}");
    }
    assert_eq!(Revision::default().as_str(), "main");
}

#[test]
fn hashes_have_their_length_and_nothing_but_digits() {
    let sha = "B179C9523D0E6A0F98A330C7562B682750A6F8C8C15E5BC70EA373728110DB53";
    assert_eq!(sha.parse::<Sha256>().map(|sha| sha.to_string()), Ok(sha.to_lowercase()));
    assert!(sha[1..].parse::<Sha256>().is_err());
    assert!(sha.replace('B', "g").parse::<Sha256>().is_err());
    assert!("ab810cf68114990406fdf996510dd3d3c6adbdf5".parse::<Commit>().is_ok());
    assert!("+b810cf68114990406fdf996510dd3d3c6adbdf5".parse::<Commit>().is_err());
    assert!("ä".repeat(20).parse::<Commit>().is_err(), "as many bytes, but no digits");
}

#[test]
fn what_is_read_from_json_is_checked_as_well() {
    assert!(serde_json::from_str::<FileName>(r#""../x""#).is_err());
    let id: RepoId = serde_json::from_str(r#""a\/b""#).expect("an escaped slash is a slash");
    assert_eq!(serde_json::to_string(&id).expect("a text"), r#""a/b""#);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_file_name_is_a_plain_relative_path(text in r"[a-zA-Z./\\: ~\x00-]{0,24}|\PC{0,24}") {
        if let Ok(name) = text.parse::<FileName>() {
            prop_assert_eq!(name.to_string(), text.as_str());
            let path = Path::new(name.as_str());
            prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{:?}", text);
            prop_assert_eq!(path.components().count(), name.parts().count());
        }
    }

    #[test]
    fn every_accepted_repository_can_be_told_apart_in_a_folder_name(text in r"[a-c._/-]{0,12}|\PC{0,12}") {
        if let Ok(id) = text.parse::<RepoId>() {
            let folder = format!("models--{}--{}", id.owner(), id.name());
            prop_assert_eq!(folder.split("--").collect::<Vec<_>>(), ["models", id.owner(), id.name()]);
            prop_assert!(folder.parse::<FileName>().is_ok());
        }
    }

    #[test]
    fn every_accepted_revision_is_a_file_name(text in r"[a-c./@{~ -]{0,12}|\PC{0,12}") {
        if text.parse::<Revision>().is_ok() {
            prop_assert!(text.parse::<FileName>().is_ok());
        }
    }

    #[test]
    fn a_hash_is_written_as_it_is_read(bytes in any::<[u8; 32]>()) {
        let hash = Sha256::from(bytes);
        prop_assert_eq!(hash.to_string().parse::<Sha256>(), Ok(hash));
    }
}
