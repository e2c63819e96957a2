//! Both sides take turns: Hearth, rival, Hearth, rival, for each thing that is measured.

use crate::app;
use crate::arguments::Arguments;
use crate::conversation::Conversation;
use crate::measure::{Measure, Readings};
use crate::throughput::Throughput;

/// Takes every figure that was asked for.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Readings> {
    let wanted = arguments.measures();
    let any = |measures: &[Measure]| measures.iter().any(|measure| wanted.contains(measure));
    let conversation = if any(Conversation::MEASURES) { Some(Conversation::prepare(arguments).await?) } else { None };
    let throughput = if any(Throughput::MEASURES) { Some(Throughput::prepare(arguments).await?) } else { None };
    let mut readings = Readings::default();
    for turn in 0..arguments.runs {
        eprintln!("Turn {} of {}.", turn + 1, arguments.runs);
        if let Some(conversation) = &conversation {
            conversation.turn(turn, &mut readings).await?;
        }
        if let Some(throughput) = &throughput {
            throughput.turn(turn, &mut readings).await?;
        }
        if wanted.contains(&Measure::MemoryApp) {
            app::memory(arguments, &mut readings).await?;
        }
        if wanted.contains(&Measure::AppStart) {
            app::start(arguments, &mut readings).await?;
        }
    }
    readings.0.retain(|measure, _| wanted.contains(measure));
    Ok(readings)
}
