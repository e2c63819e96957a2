//! What the Hub says of a model before its file is here, as far as the memory it takes follows from it.

use hearth_gguf::{Layer, Shape};
use hearth_hub::{Facts, RepoId};

use super::typical;

/// Of a build of which only the number of weights is known: that of a balanced one.
const BALANCED_BITS_PER_WEIGHT: f64 = 4.9;

/// A model as far as it is known from outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sketch {
    /// Of the build's files, without a projector. Where it is not known, that of a balanced build is guessed.
    pub(crate) size_bytes: Option<u64>,
    /// Number of weights.
    pub(crate) parameters: Option<u64>,
    /// How many of them each token needs, where that is known not to be all.
    pub(crate) active_parameters: Option<u64>,
    /// llama.cpp's name for how it is built.
    pub(crate) architecture: Option<String>,
    /// Tokens that it was made for.
    pub(crate) context_tokens: Option<u64>,
}

impl Sketch {
    /// What is known of a repository's model, whatever its build.
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            size_bytes: None,
            parameters: facts.gguf.parameters,
            active_parameters: active_parameters(&facts.repo),
            architecture: facts.gguf.architecture.clone(),
            context_tokens: facts.gguf.context_length,
        }
    }

    /// The same for a build of that size.
    pub(crate) fn of_size(&self, size_bytes: Option<u64>) -> Self {
        Self { size_bytes, ..self.clone() }
    }

    /// The shape that such a model typically has. `None` where neither its size nor its number of weights is known.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, of numbers above zero"
    )]
    pub(super) fn shape(&self) -> Option<Shape> {
        let size = self.size_bytes.filter(|size| *size > 0);
        let parameters = self.parameters.filter(|parameters| *parameters > 0);
        let (size, parameters) = match (size, parameters) {
            (Some(size), Some(parameters)) => (size, parameters),
            (Some(size), None) => (size, (size as f64 * 8.0 / BALANCED_BITS_PER_WEIGHT) as u64),
            (None, Some(parameters)) => ((parameters as f64 * BALANCED_BITS_PER_WEIGHT / 8.0) as u64, parameters),
            (None, None) => return None,
        };
        let typical = typical::shape(self.architecture.as_deref().unwrap_or_default(), parameters);
        let active = self.active_parameters.or(typical.active_parameters).unwrap_or(parameters).min(parameters);
        let read = size as f64 * (active as f64 / parameters as f64);
        Some(Shape {
            embedding_length: typical.embedding,
            widest: typical.widest,
            vocabulary_size: typical.vocabulary,
            merges: typical.vocabulary,
            window_tokens: typical.window_tokens,
            layers: (0..typical.layers)
                .map(|layer| Layer {
                    kept_per_token: typical.kept(layer),
                    has_window: typical.has_window(layer),
                    state: 0,
                })
                .collect(),
            weights_bytes: size,
            read_bytes_per_token: read as u64,
        })
    }
}

/// What a name says of a mixture of experts: of `Qwen3-30B-A3B`, each token needs three billion.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of names that people give")]
fn active_parameters(repo: &RepoId) -> Option<u64> {
    let billions = repo.name().split(['-', '_']).find_map(|word| {
        let number = word.strip_prefix(['A', 'a'])?.strip_suffix(['B', 'b'])?;
        number.parse::<f64>().ok().filter(|billions| (0.01..1000.0).contains(billions))
    });
    billions.map(|billions| (billions * 1e9) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_how_much_of_a_mixture_each_token_needs() {
        let active = |name: &str| active_parameters(&name.parse().expect("a repository"));
        assert_eq!(active("unsloth/Qwen3-30B-A3B-GGUF"), Some(3_000_000_000));
        assert_eq!(active("o/Ling-mini-A1.4B"), Some(1_400_000_000));
        assert_eq!(active("o/Llama-3.1-8B-GGUF"), None);
        assert_eq!(active("o/AB-A-B"), None);
    }

    #[test]
    fn without_size_and_parameters_nothing_is_known() {
        assert_eq!(Sketch::default().shape(), None);
        assert_eq!(Sketch { size_bytes: Some(0), ..Sketch::default() }.shape(), None);
    }
}
