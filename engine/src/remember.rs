//! What of a long conversation the model is still told.
//!
//! Whole turns leave, oldest first: a question and the answers to it. The system prompt and the last turn stay.
//!
//! A conversation comes anew with every request, and nothing about earlier ones is kept. So the choice is made by
//! going through the conversation as it grew: whenever it had become too long, so many turns left that it filled no
//! more than [`LOW_WATER`] of the room. Therefore the beginning stays the same for the next turns, and with it what
//! the KV cache holds.

/// How full the room is, at most, after turns have left it.
const LOW_WATER: (u64, u64) = (2, 3);

/// What one turn costs, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TurnCost {
    /// The question.
    pub(crate) question: u32,
    /// The answers to it, and whatever else comes before the next question.
    pub(crate) answers: u32,
}

/// Index of the oldest turn that is kept, when the prompt may have `room` tokens beside the system prompt.
///
/// The last turn is always kept, whether it fits or not.
pub(crate) fn oldest_kept(turns: &[TurnCost], room: u32) -> usize {
    let room = u64::from(room);
    let low_water = room * LOW_WATER.0 / LOW_WATER.1;
    let mut oldest = 0;
    // Cost of the turns from `oldest` to the one before the newest, answers included.
    let mut earlier = 0_u64;
    for (newest, turn) in turns.iter().enumerate() {
        let is_last = newest + 1 == turns.len();
        // When this question was asked, its answer was not there yet (but is, if an answer is to be continued).
        let asked = u64::from(turn.question) + if is_last { u64::from(turn.answers) } else { 0 };
        if earlier + asked > room {
            while oldest < newest && earlier + asked > low_water {
                earlier -= whole(turns[oldest]);
                oldest += 1;
            }
        }
        earlier += whole(*turn);
    }
    oldest
}

fn whole(turn: TurnCost) -> u64 {
    u64::from(turn.question) + u64::from(turn.answers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn turns(costs: &[(u32, u32)]) -> Vec<TurnCost> {
        costs.iter().map(|&(question, answers)| TurnCost { question, answers }).collect()
    }

    #[test]
    fn a_conversation_that_fits_is_kept_whole() {
        assert_eq!(oldest_kept(&turns(&[(10, 20), (10, 20), (10, 0)]), 70), 0);
    }

    #[test]
    fn the_oldest_turns_leave_first_and_whole() {
        // 100 of 90 tokens: down to two thirds, which is 60.
        assert_eq!(oldest_kept(&turns(&[(10, 20), (10, 20), (10, 20), (10, 0)]), 90), 2);
    }

    #[test]
    fn the_last_turn_stays_however_long_it_is() {
        assert_eq!(oldest_kept(&turns(&[(10, 20), (500, 0)]), 90), 1);
        assert_eq!(oldest_kept(&turns(&[(500, 0)]), 90), 0);
    }

    #[test]
    fn no_turns_need_no_decision() {
        assert_eq!(oldest_kept(&[], 90), 0);
    }

    #[test]
    fn after_turns_have_left_the_next_ones_find_room_without_more_leaving() {
        // Given even turns of 30 tokens and room for 300,
        let conversation: Vec<TurnCost> = vec![TurnCost { question: 10, answers: 20 }; 60];

        // when the conversation grows turn by turn,
        let oldest: Vec<usize> = (1..=60)
            .map(|length| {
                let mut so_far = conversation[..length].to_vec();
                so_far[length - 1].answers = 0;
                oldest_kept(&so_far, 300)
            })
            .collect();

        // then what is kept begins at the same turn for at least three questions in a row.
        let changes = oldest.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes >= 5, "a long conversation does outgrow its room: {oldest:?}");
        assert!(changes <= 60 / 3, "each change costs reading the conversation again: {oldest:?}");
    }

    proptest! {
        #[test]
        fn what_is_kept_fits_whenever_the_last_turn_does(
            costs in proptest::collection::vec((1_u32..200, 0_u32..400), 1..60),
            room in 1_u32..2000,
        ) {
            let turns = turns(&costs);
            let oldest = oldest_kept(&turns, room);
            let kept: u64 = turns[oldest..].iter().map(|turn| whole(*turn)).sum();
            prop_assert!(kept <= u64::from(room) || oldest + 1 == turns.len());
        }

        #[test]
        fn the_answer_to_a_question_never_changes_what_was_kept_for_it(
            costs in proptest::collection::vec((1_u32..200, 0_u32..400), 2..60),
            room in 1_u32..2000,
        ) {
            // What is kept for a question is a starting point: later questions only ever move it on.
            let turns = turns(&costs);
            let mut before = 0;
            for length in 1..=turns.len() {
                let mut asked = turns[..length].to_vec();
                asked[length - 1].answers = 0;
                let now = oldest_kept(&asked, room);
                prop_assert!(now >= before);
                before = now;
            }
        }
    }
}
