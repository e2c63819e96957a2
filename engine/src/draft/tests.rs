use proptest::prelude::*;

use super::*;

fn tokens(ids: &[i32]) -> Vec<Token> {
    ids.iter().map(|id| Token::of_id(*id)).collect()
}

/// What is guessed behind the last of `ids`, on a machine where guessing costs nothing.
fn guess(ids: &[i32], most: usize) -> Vec<i32> {
    let mut drafter = Drafter::new();
    drafter.decoded(0, Duration::from_millis(10));
    let (last, history) = ids.split_last().expect("at least one");
    drafter.propose(&tokens(history), Token::of_id(*last), most).iter().map(|token| token.id()).collect()
}

#[test]
fn what_followed_the_same_tokens_before_is_guessed() {
    assert_eq!(guess(&[1, 2, 3, 4, 5, 6, 9, 1, 2, 3], 3), [4, 5, 6]);
}

#[test]
fn the_longest_run_in_common_decides_and_then_the_latest() {
    assert_eq!(guess(&[1, 2, 3, 70, 2, 3, 80, 5, 1, 2, 3], 1), [70], "three in common are more than two");
    assert_eq!(guess(&[2, 3, 70, 5, 2, 3, 80, 6, 2, 3], 1), [80], "of two the latest");
}

#[test]
fn a_single_token_in_common_is_chance() {
    assert!(guess(&[1, 2, 3, 4, 9, 3], 4).is_empty());
}

#[test]
fn what_repeats_is_guessed_to_go_on_repeating() {
    let history = tokens(&[7, 8, 7, 8, 7]);
    let found = find(&history, Token::of_id(8)).expect("it stands there");
    assert_eq!(continued(&history, Token::of_id(8), found.next, 7), tokens(&[7, 8, 7, 8, 7, 8, 7]));
}

#[test]
fn nothing_is_guessed_before_it_is_known_what_a_token_alone_costs() {
    let history = tokens(&[1, 2, 3, 1]);
    assert!(Drafter::new().propose(&history, Token::of_id(2), 4).is_empty());
}

/// Writes `steps` times with a machine on which decoding takes `ms(tokens)`, with guesses of which `right` are, and
/// returns how many tokens were guessed in the last half of the steps.
fn guessed_late(steps: usize, ms: impl Fn(usize) -> u64, right: impl Fn(usize) -> usize) -> usize {
    let history = tokens(&(0..200).chain(0..8).collect::<Vec<_>>());
    let mut drafter = Drafter::new();
    let mut guessed = 0;
    for step in 0..steps {
        let draft = drafter.propose(&history, Token::of_id(8), 64).len();
        drafter.decoded(draft, Duration::from_millis(ms(draft + 1)));
        if draft > 0 {
            drafter.checked(right(draft));
        }
        if step >= steps / 2 {
            guessed += draft;
        }
    }
    guessed
}

#[test]
fn guessing_stops_where_decoding_together_saves_no_time() {
    let late = guessed_late(400, |tokens| 10 * tokens as u64, |draft| draft);
    assert!(late <= 200 / 50, "tried again now and then, no more: {late}");
}

#[test]
fn guessing_stops_where_the_guesses_are_wrong() {
    let late = guessed_late(400, |tokens| 10 + 3 * (tokens as u64 - 1), |_| 0);
    assert!(late <= 4 * TRIAL_TOKENS, "tried again now and then, no more: {late}");
}

#[test]
fn guesses_grow_where_they_are_right_and_cheap() {
    let late = guessed_late(400, |tokens| 10 + tokens as u64 / 4, |draft| draft);
    assert!(late >= 200 * 20, "long guesses: {late} tokens in 200 steps");
}

#[test]
fn guessing_begins_again_when_it_has_come_to_pay() {
    let history = tokens(&(0..200).chain(0..8).collect::<Vec<_>>());
    let mut drafter = Drafter::new();
    let mut step = |right: bool| {
        let draft = drafter.propose(&history, Token::of_id(8), 64).len();
        drafter.decoded(draft, Duration::from_millis(10 + 2 * draft as u64));
        if draft > 0 {
            drafter.checked(if right { draft } else { 0 });
        }
        draft
    };
    for _ in 0..300 {
        step(false);
    }
    let guessed: usize = (0..2000).map(|_| step(true)).sum();
    assert!(guessed > 2000, "{guessed} tokens in 2000 steps that were all worth guessing in");
}

proptest! {
    #[test]
    fn a_guess_is_never_longer_than_allowed_and_always_from_the_conversation(
        ids in proptest::collection::vec(0_i32..4, 2..120),
        most in 0_usize..80,
    ) {
        let draft = guess(&ids, most);
        prop_assert!(draft.len() <= most);
        prop_assert!(draft.iter().all(|token| ids.contains(token)));
    }
}
