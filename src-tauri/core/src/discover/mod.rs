//! Models that can be had: what is recommended, what is found, and a model's page.

mod build;
mod holdings;
mod name;
mod page;
mod praise;
mod recommended;
mod search;

pub(crate) use holdings::Holdings;
pub(crate) use page::{card, page};
pub(crate) use recommended::recommendations;
pub(crate) use search::Searches;

use crate::view::{Capability, Gate};

fn capability(capability: hearth_hub::Capability) -> Capability {
    match capability {
        hearth_hub::Capability::Chat => Capability::Chat,
        hearth_hub::Capability::Vision => Capability::Vision,
        hearth_hub::Capability::Coding => Capability::Coding,
        hearth_hub::Capability::Tools => Capability::Tools,
        hearth_hub::Capability::Reasoning => Capability::Reasoning,
        hearth_hub::Capability::Translation => Capability::Translation,
    }
}

fn capabilities(facts: &hearth_hub::Facts) -> Vec<Capability> {
    facts.hints.iter().map(|hint| capability(hint.capability)).collect()
}

fn gate(gate: hearth_hub::Gate) -> Gate {
    match gate {
        hearth_hub::Gate::Open => Gate::Open,
        hearth_hub::Gate::Conditions => Gate::Conditions,
        hearth_hub::Gate::Approval => Gate::Approval,
    }
}
