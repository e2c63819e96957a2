use hearth_hub::{Account, Card};

#[test]
fn metadata_is_taken_off_a_card() {
    let card = Card::read("---\nlicense: mit\ntags:\n- a\n---\n\n# Title\n\n---\nText\n", false);
    assert_eq!(card.metadata.as_deref(), Some("license: mit\ntags:\n- a\n"));
    assert_eq!(card.markdown, "# Title\n\n---\nText");
}

#[test]
fn a_card_without_metadata_is_all_text() {
    for text in ["# Title", "--- a rule\n---\n", "---\nnever closed\n", "", "----\na\n---\n"] {
        assert_eq!(Card::read(text, false), Card { markdown: text.trim().to_owned(), metadata: None, is_cut: false });
    }
    let windows = Card::read("\u{feff}---\r\na: b\r\n---\r\ntext", false);
    assert_eq!((windows.metadata.as_deref(), windows.markdown.as_str()), (Some("a: b\r\n"), "text"));
}

#[test]
fn a_card_that_is_cut_ends_with_a_whole_line() {
    assert_eq!(Card::read("one\ntwo\nthr\u{fffd}", true).markdown, "one\ntwo");
}

#[test]
fn initials_stand_for_a_picture() {
    let initials = |name: &str, full_name: Option<&str>| {
        Account { name: name.to_owned(), full_name: full_name.map(str::to_owned) }.initials()
    };
    assert_eq!(initials("ada", Some("Ada King Lovelace")), "AL");
    assert_eq!(initials("ada", Some("ada")), "A");
    assert_eq!(initials("jean-luc_p", None), "JP");
    assert_eq!(initials("x", Some("Ærøe ßtein")), "ÆSS");
    assert_eq!(initials("--", None), "");
}
