//! Both sides take turns: Hearth, rival, rival, Hearth, and so on, for each thing that is measured. Who comes first after
//! a pause pays for memory and clocks that the system has taken away meanwhile.

use std::collections::BTreeSet;

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

/// What both sides need for their turns.
struct Benches {
    wanted: BTreeSet<Measure>,
    conversation: Option<Conversation>,
    throughput: Option<Throughput>,
    chat: Option<Chat>,
    editing: Option<Editing>,
    download: Option<Download>,
}

/// Takes every figure that was asked for. A turn that fails is the last: its error comes with the figures of those before.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<(Readings, anyhow::Result<()>)> {
    let benches = Benches::prepare(arguments).await?;
    let mut readings = Readings::default();
    let mut end = Ok(());
    for number in 0..arguments.runs {
        eprintln!("Turn {} of {}.", number + 1, arguments.runs);
        let before = readings.clone();
        if let Err(error) = benches.turn(arguments, Turn { number }, &mut readings).await {
            // Half a turn has figures of one side only.
            readings = before;
            end = Err(error.context(format!("turn {} failed", number + 1)));
            break;
        }
    }
    readings.0.retain(|measure, _| benches.wanted.contains(measure));
    Ok((readings, end))
}

impl Benches {
    async fn prepare(arguments: &Arguments) -> anyhow::Result<Self> {
        let wanted = arguments.measures();
        let any = |measures: &[Measure]| measures.iter().any(|measure| wanted.contains(measure));
        let conversation =
            if any(Conversation::MEASURES) { Some(Conversation::prepare(arguments).await?) } else { None };
        let throughput = if any(Throughput::MEASURES) { Some(Throughput::prepare(arguments).await?) } else { None };
        let chat = if any(Chat::MEASURES) { Some(Chat::prepare(arguments, &wanted).await?) } else { None };
        let editing = if any(Editing::MEASURES) { Some(Editing::prepare(arguments).await?) } else { None };
        let download = if any(Download::MEASURES) { Some(Download::prepare()?) } else { None };
        Ok(Self { wanted, conversation, throughput, chat, editing, download })
    }

    async fn turn(&self, arguments: &Arguments, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
        if let Some(conversation) = &self.conversation {
            conversation.turn(turn, readings).await?;
        }
        if let Some(throughput) = &self.throughput {
            throughput.turn(turn, readings).await?;
        }
        if let Some(chat) = &self.chat {
            chat.turn(turn, readings).await?;
        }
        if let Some(editing) = &self.editing {
            editing.turn(turn, readings).await?;
        }
        if self.wanted.contains(&Measure::MemoryApp) {
            app::memory(arguments, turn, readings).await?;
        }
        if self.wanted.contains(&Measure::AppStart) {
            app::start(arguments, turn, readings).await?;
        }
        if self.wanted.contains(&Measure::IdleCpu) {
            idle::turn(arguments, turn, readings).await?;
        }
        if let Some(download) = &self.download {
            download.turn(turn, &self.wanted, readings).await?;
        }
        Ok(())
    }
}
