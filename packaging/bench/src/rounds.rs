//! Both sides take turns: Hearth, rival, rival, Hearth, and so on, for each thing that is measured. Who comes first after
//! a pause pays for memory and clocks that the system has taken away meanwhile.

use crate::arguments::Arguments;
use crate::chat::Chat;
use crate::conversation::Conversation;
use crate::download::Download;
use crate::editing::Editing;
use crate::measure::{Measure, Readings};
use crate::throughput::Throughput;
use crate::{app, idle};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Hearth,
    Rival,
}

/// One round, in which each side has its turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Counted from 0.
    pub(crate) number: u32,
}

impl Turn {
    /// Who comes first, and who second.
    pub(crate) fn sides(self) -> [Side; 2] {
        if self.number.is_multiple_of(2) { [Side::Hearth, Side::Rival] } else { [Side::Rival, Side::Hearth] }
    }
}

/// Takes every figure that was asked for.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Readings> {
    let wanted = arguments.measures();
    let any = |measures: &[Measure]| measures.iter().any(|measure| wanted.contains(measure));
    let conversation = if any(Conversation::MEASURES) { Some(Conversation::prepare(arguments).await?) } else { None };
    let throughput = if any(Throughput::MEASURES) { Some(Throughput::prepare(arguments).await?) } else { None };
    let chat = if any(Chat::MEASURES) { Some(Chat::prepare(arguments, &wanted).await?) } else { None };
    let editing = if any(Editing::MEASURES) { Some(Editing::prepare(arguments).await?) } else { None };
    let download = if any(Download::MEASURES) { Some(Download::prepare()?) } else { None };
    let mut readings = Readings::default();
    for number in 0..arguments.runs {
        eprintln!("Turn {} of {}.", number + 1, arguments.runs);
        let turn = Turn { number };
        if let Some(conversation) = &conversation {
            conversation.turn(turn, &mut readings).await?;
        }
        if let Some(throughput) = &throughput {
            throughput.turn(turn, &mut readings).await?;
        }
        if let Some(chat) = &chat {
            chat.turn(turn, &mut readings).await?;
        }
        if let Some(editing) = &editing {
            editing.turn(turn, &mut readings).await?;
        }
        if wanted.contains(&Measure::MemoryApp) {
            app::memory(arguments, turn, &mut readings).await?;
        }
        if wanted.contains(&Measure::AppStart) {
            app::start(arguments, turn, &mut readings).await?;
        }
        if wanted.contains(&Measure::IdleCpu) {
            idle::turn(arguments, turn, &mut readings).await?;
        }
        if let Some(download) = &download {
            download.turn(turn, &wanted, &mut readings).await?;
        }
    }
    readings.0.retain(|measure, _| wanted.contains(measure));
    Ok(readings)
}
