use proptest::prelude::*;

use super::*;

/// Pushes `pieces` one by one: what was shown, and whether a stop text ended it.
fn show(stop: &[&str], pieces: &[&[u8]]) -> (String, bool) {
    let mut stream = TextStream::new(stop.iter().map(|text| (*text).to_owned()).collect());
    let mut shown = String::new();
    let mut stopped = false;
    for piece in pieces {
        match stream.push(piece) {
            Shown::Text(text) => shown += &text,
            Shown::Stopped(text) => {
                shown += &text;
                stopped = true;
            }
        }
    }
    (shown + &stream.finish(), stopped)
}

#[test]
fn a_character_in_pieces_is_shown_once_it_is_whole() {
    let mut stream = TextStream::new(Vec::new());
    let bytes = "🔥".as_bytes();
    assert_eq!(stream.push(&bytes[..1]), Shown::Text(String::new()));
    assert_eq!(stream.push(&bytes[1..3]), Shown::Text(String::new()));
    assert_eq!(stream.push(&[bytes[3], b'!']), Shown::Text("🔥!".to_owned()));
    assert_eq!(stream.finish(), "");
}

#[test]
fn bytes_that_are_no_character_become_the_replacement_character() {
    // The examples of the Unicode standard, chapter 3, table 3-8 to 3-11.
    let cases: [(&[u8], &str); 5] = [
        (b"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"),
        (b"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"),
        (b"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A\u{FFFD}\u{FFFD}B"),
        (b"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"),
        (b"a\xE2\x82", "a\u{FFFD}"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(show(&[], &[bytes]).0, expected, "{bytes:x?}");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(show(&[], &single).0, expected, "{bytes:x?} byte by byte");
    }
}

#[test]
fn a_stop_text_ends_the_answer_and_never_shows() {
    assert_eq!(show(&["STOP"], &[b"Hello S", b"TO", b"P and more", b" again"]), ("Hello ".to_owned(), true));
}

#[test]
fn what_only_looked_like_a_stop_text_is_shown() {
    assert_eq!(show(&["STOP"], &[b"ST", b"ST", b"OMP"]), ("STSTOMP".to_owned(), false));
    assert_eq!(show(&["STOP"], &[b"Hello STO"]), ("Hello STO".to_owned(), false), "at the end all of it comes");
}

#[test]
fn only_what_could_become_a_stop_text_is_held_back() {
    let mut stream = TextStream::new(vec!["\n\nUser:".to_owned()]);
    assert_eq!(stream.push(b"One.\n"), Shown::Text("One.".to_owned()));
    assert_eq!(stream.push(b"Two."), Shown::Text("\nTwo.".to_owned()));
}

#[test]
fn of_several_stop_texts_the_one_that_is_complete_first_counts() {
    assert_eq!(show(&["abcd", "bc"], &[b"xabcd"]), ("xa".to_owned(), true));
    assert_eq!(show(&["bc", "abc"], &[b"xabc"]), ("x".to_owned(), true), "both at once: the longer");
    assert_eq!(show(&[""], &[b"x"]), ("x".to_owned(), false), "an empty one stops nothing");
}

#[test]
fn a_stop_text_with_characters_of_several_bytes_is_found_across_their_pieces() {
    let bytes = "schön 🔥aus".as_bytes();
    let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(show(&["ön 🔥"], &pieces), ("sch".to_owned(), true));
}

/// Bytes as a model may write them: mostly text, at times something broken.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "[ab\\n]{1,3}".prop_map(String::into_bytes),
        2 => "ä|€|🔥".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn however_the_bytes_are_cut_the_text_is_the_same(
        bytes in bytes(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        stop in prop::collection::vec("[ab\\n]{0,4}|b🔥|€a", 0..3),
    ) {
        let stop: Vec<&str> = stop.iter().map(String::as_str).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let whole = show(&stop, &[&bytes]);
        prop_assert_eq!(&show(&stop, &pieces), &whole);
        prop_assert_eq!(&show(&stop, &single), &whole);
    }

    #[test]
    fn no_stop_text_is_ever_shown_and_nothing_before_it_is_lost(
        bytes in bytes(),
        stop in prop::collection::vec("[ab\\n]{1,4}|b🔥|€a", 1..3),
    ) {
        let stop: Vec<&str> = stop.iter().map(String::as_str).collect();
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let (shown, stopped) = show(&stop, &single);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(stop.iter().all(|stop| !shown.contains(stop)), "{:?} in {:?}", stop, shown);
        prop_assert!(text.starts_with(&shown));
        prop_assert_eq!(stopped, stop.iter().any(|stop| text.contains(stop)));
        if !stopped {
            prop_assert_eq!(shown, text);
        }
    }
}
