//! The dimensions that models of an architecture and a size typically have: what their publishers' `config.json` say of
//! the usual ones. Once a file is here, its own header says it exactly.

use std::cmp::Ordering;

/// Dimensions of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Typical {
    /// llama.cpp's name; empty for the usual form, which unknown architectures are taken for.
    architecture: &'static str,
    parameters: u64,
    /// How many parameters each token needs, where that is not all.
    pub(super) active_parameters: Option<u64>,
    pub(super) layers: u64,
    /// Numbers in the keys and values of a token, in a layer that keeps them.
    kept: u64,
    /// The same in a layer that sees everything, where others have a window.
    full_kept: u64,
    pub(super) embedding: u64,
    /// Numbers in the widest form of a token within a layer.
    pub(super) widest: u64,
    pub(super) vocabulary: u64,
    /// 0: there is no window.
    pub(super) window_tokens: u64,
    /// With a window: one in so many layers sees everything.
    full_one_in: u64,
    /// One in so many layers keeps anything; the others are recurrent.
    keeps_one_in: u64,
}

impl Typical {
    pub(super) fn has_window(&self, layer: u64) -> bool {
        self.window_tokens > 0 && layer % self.full_one_in != self.full_one_in - 1
    }

    fn is_recurrent(&self, layer: u64) -> bool {
        layer % self.keeps_one_in != self.keeps_one_in - 1
    }

    /// Numbers in the keys and values of a token in that layer.
    pub(super) fn kept(&self, layer: u64) -> u64 {
        match layer {
            layer if self.is_recurrent(layer) => 0,
            layer if self.has_window(layer) => self.kept,
            _ => self.full_kept,
        }
    }

    const fn active(mut self, millions: u64) -> Self {
        self.active_parameters = Some(millions * 1_000_000);
        self
    }

    const fn window(mut self, tokens: u64, full_one_in: u64) -> Self {
        self.window_tokens = tokens;
        self.full_one_in = full_one_in;
        self
    }

    const fn full_kept(mut self, numbers: u64) -> Self {
        self.full_kept = numbers;
        self
    }

    const fn keeps_one_in(mut self, layers: u64) -> Self {
        self.keeps_one_in = layers;
        self
    }
}

const USUAL: &str = "";

/// In this order: architecture, millions of parameters, layers, keys and values, embedding, widest, vocabulary.
const fn model(
    architecture: &'static str,
    millions: u64,
    [layers, kept, embedding, widest, vocabulary]: [u64; 5],
) -> Typical {
    Typical {
        architecture,
        parameters: millions * 1_000_000,
        active_parameters: None,
        layers,
        kept,
        full_kept: kept,
        embedding,
        widest,
        vocabulary,
        window_tokens: 0,
        full_one_in: 1,
        keeps_one_in: 1,
    }
}

const MODELS: [Typical; 74] = [
    // Lightning-AI/litgpt litgpt/config.py (SmolLM2, Qwen3 with Llama's width at 8B, Qwen2.5, Llama 3; tokens rounded)
    model(USUAL, 135, [30, 384, 576, 1536, 50_000]),
    model(USUAL, 600, [28, 2048, 1024, 3072, 150_000]),
    model(USUAL, 1700, [28, 2048, 2048, 6144, 150_000]),
    model(USUAL, 4000, [36, 2048, 2560, 9728, 150_000]),
    model(USUAL, 8000, [36, 2048, 4096, 14_336, 150_000]),
    model(USUAL, 14_000, [40, 2048, 5120, 17_408, 150_000]),
    model(USUAL, 32_000, [64, 2048, 5120, 27_648, 150_000]),
    model(USUAL, 70_000, [80, 2048, 8192, 28_672, 150_000]),
    // Without a source that was checked:
    model(USUAL, 240_000, [94, 2048, 6144, 28_672, 150_000]),
    // deepseek-ai/DeepSeek-V3 inference/configs/config_16B.json
    model("deepseek2", 15_700, [27, 576, 2048, 10_944, 102_400]).active(2400),
    // huggingface/transformers src/transformers/models/glm4_moe_lite/configuration_glm4_moe_lite.py
    model("deepseek2", 30_000, [47, 576, 2048, 11_520, 154_880]).active(3000),
    // deepseek-ai/DeepSeek-V3 inference/configs/config_671B.json
    model("deepseek2", 671_000, [61, 576, 7168, 73_728, 129_280]).active(37_000),
    // Lightning-AI/litgpt litgpt/config.py
    model("gemma2", 2600, [26, 2048, 2304, 9216, 256_000]).window(4096, 2),
    model("gemma2", 9200, [42, 4096, 3584, 14_336, 256_000]).window(4096, 2),
    model("gemma2", 27_200, [46, 4096, 4608, 36_864, 256_000]).window(4096, 2),
    // google-deepmind/gemma gemma/gm/nn/_gemma.py (262,208 tokens: huggingface/transformers)
    model("gemma3", 270, [18, 512, 640, 2048, 262_144]).window(512, 6),
    model("gemma3", 1000, [26, 512, 1152, 6912, 262_144]).window(512, 6),
    model("gemma3", 3900, [34, 2048, 2560, 10_240, 262_208]).window(1024, 6),
    model("gemma3", 11_800, [48, 4096, 3840, 15_360, 262_208]).window(1024, 6),
    model("gemma3", 27_000, [62, 4096, 5376, 21_504, 262_208]).window(1024, 6),
    // google-deepmind/gemma gemma/gm/nn/gemma3n/_gemma3n.py (262,400 tokens: huggingface/transformers)
    model("gemma3n", 4500, [20, 1024, 2048, 8192, 262_400]).active(2000).window(512, 5),
    model("gemma3n", 6900, [20, 1024, 2048, 16_384, 262_400]).active(4000).window(512, 5),
    // huggingface/transformers src/transformers/models/gemma4/convert_gemma4_weights.py
    model("gemma4", 4650, [15, 512, 1536, 12_288, 262_144]).active(2300).window(512, 5).full_kept(1024),
    model("gemma4", 7500, [24, 1024, 2560, 10_240, 262_144]).active(4500).window(512, 6).full_kept(2048),
    model("gemma4", 26_000, [30, 4096, 2816, 8192, 262_144]).active(3800).window(1024, 6).full_kept(2048),
    model("gemma4", 31_000, [60, 8192, 5376, 21_504, 262_144]).window(1024, 6).full_kept(4096),
    // AI-Hypercomputer/maxtext src/maxtext/configs/models/gpt-oss-*.yml, openai/gpt-oss README.md
    model("gpt-oss", 20_900, [24, 1024, 2880, 11_520, 201_088]).active(3600).window(128, 2),
    model("gpt-oss", 116_800, [36, 1024, 2880, 11_520, 201_088]).active(5100).window(128, 2),
    // ibm-granite/granite-4.1-language-models disclosures/*.json, huggingface.co/blog/ibm-granite/granite-4-1
    model("granite", 3000, [40, 1024, 2560, 8192, 100_352]),
    model("granite", 8000, [40, 2048, 4096, 12_800, 100_352]),
    model("granite", 30_000, [64, 2048, 4096, 32_768, 100_352]),
    // blog-ximei-me.pages.dev/blog/en/2026/0111-candle-hy-mt
    model("hunyuan-dense", 1800, [32, 1024, 2048, 6144, 120_818]),
    // pytorch/executorch examples/models/lfm2/config/*.json
    model("lfm2", 350, [16, 1024, 1024, 4608, 65_536]).keeps_one_in(3),
    model("lfm2", 1200, [16, 1024, 2048, 8192, 65_536]).keeps_one_in(3),
    // huggingface.co/LiquidAI/LFM2-2.6B (the widest follows from its number of weights)
    model("lfm2", 2600, [30, 1024, 2048, 10_752, 65_536]).keeps_one_in(4),
    // huggingface/transformers src/transformers/models/lfm2_moe/configuration_lfm2_moe.py, liquid.ai/blog/lfm2-24b-a2b
    model("lfm2moe", 8300, [24, 1024, 2048, 7168, 65_536]).active(1500).keeps_one_in(4),
    // liquid.ai/blog/lfm2-24b-a2b (the widest follows from the number of weights in ggml-org/llama.cpp #19848)
    model("lfm2moe", 24_000, [40, 1024, 2048, 11_776, 65_536]).active(2300).keeps_one_in(4),
    // Lightning-AI/litgpt litgpt/config.py
    model("llama", 135, [30, 384, 576, 1536, 49_152]),
    model("llama", 360, [32, 640, 960, 2560, 49_152]),
    model("llama", 1100, [22, 512, 2048, 5632, 32_000]),
    model("llama", 1236, [16, 1024, 2048, 8192, 128_256]),
    model("llama", 1711, [24, 4096, 2048, 8192, 49_152]),
    model("llama", 3213, [28, 2048, 3072, 8192, 128_256]),
    model("llama", 6738, [32, 8192, 4096, 11_008, 32_000]),
    model("llama", 7248, [32, 2048, 4096, 14_336, 32_768]),
    model("llama", 8030, [32, 2048, 4096, 14_336, 128_256]),
    // NVIDIA/NeMo nemo/collections/llm/gpt/model/mistral.py, huggingface.co/mistralai/Mistral-Nemo-Instruct-2407
    model("llama", 12_250, [40, 2048, 5120, 14_336, 131_072]),
    // NVIDIA/TensorRT-LLM tests/unittest/_torch/modeling/test_modeling_mistral.py
    model("llama", 23_570, [40, 2048, 5120, 32_768, 131_072]),
    // Lightning-AI/litgpt litgpt/config.py
    model("llama", 70_550, [80, 2048, 8192, 28_672, 128_256]),
    // NVIDIA-NeMo/Megatron-Bridge tests/unit_tests/models/ministral3/test_ministral3_{provider,bridge}.py
    model("mistral3", 3400, [26, 2048, 3072, 9216, 131_072]),
    model("mistral3", 8500, [34, 2048, 4096, 14_336, 131_072]),
    model("mistral3", 13_500, [40, 2048, 5120, 16_384, 131_072]),
    // NVIDIA/TensorRT-LLM tests/unittest/_torch/modeling/test_modeling_mistral.py
    model("mistral3", 23_570, [40, 2048, 5120, 32_768, 131_072]),
    // NVIDIA-NeMo/Megatron-Bridge src/megatron/bridge/recipes/nemotronh/h100/nemotron_3_nano_4b.py
    model("nemotron_h", 4000, [42, 2048, 3136, 12_544, 131_072]).keeps_one_in(10),
    // NVIDIA-NeMo/Megatron-Bridge src/megatron/bridge/recipes/nemotronh/h100/nemotron_3_nano.py
    model("nemotron_h_moe", 31_600, [52, 512, 2688, 11_136, 131_072]).active(3500).keeps_one_in(8),
    // AI-Hypercomputer/maxtext src/maxtext/configs/models/olmo3-*.yml
    model("olmo2", 7300, [32, 8192, 4096, 11_008, 100_278]).window(4096, 4),
    model("olmo2", 32_200, [64, 2048, 5120, 27_648, 100_278]).window(4096, 4),
    // Lightning-AI/litgpt litgpt/config.py
    model("phi3", 3830, [32, 2048, 3072, 8192, 200_064]),
    model("phi3", 14_660, [40, 2560, 5120, 17_920, 100_352]),
    // Lightning-AI/litgpt litgpt/config.py
    model("qwen2", 494, [24, 256, 896, 4864, 151_936]),
    model("qwen2", 1544, [28, 512, 1536, 8960, 151_936]),
    model("qwen2", 3086, [36, 512, 2048, 11_008, 151_936]),
    model("qwen2", 7616, [28, 1024, 3584, 18_944, 152_064]),
    model("qwen2", 14_770, [48, 2048, 5120, 13_824, 152_064]),
    model("qwen2", 32_760, [64, 2048, 5120, 27_648, 152_064]),
    // pytorch/executorch examples/models/qwen3_5/config/*.json
    model("qwen35", 752, [24, 1024, 1024, 3584, 248_320]).keeps_one_in(4),
    model("qwen35", 1880, [24, 1024, 2048, 6144, 248_320]).keeps_one_in(4),
    model("qwen35", 4200, [32, 2048, 2560, 9216, 248_320]).keeps_one_in(4),
    // THUDM/slime scripts/models/qwen3.5-*.sh
    model("qwen35", 8950, [32, 2048, 4096, 12_288, 248_320]).keeps_one_in(4),
    model("qwen35", 26_900, [64, 2048, 5120, 17_408, 248_320]).keeps_one_in(4),
    // THUDM/slime scripts/models/qwen3.5-35B-A3B.sh
    model("qwen35moe", 34_700, [40, 1024, 2048, 4096, 248_320]).active(3000).keeps_one_in(4),
    // THUDM/slime scripts/models/qwen3-30B-A3B.sh
    model("qwen3moe", 30_500, [48, 1024, 2048, 6144, 151_936]).active(3300),
    // Lightning-AI/litgpt litgpt/config.py
    model("qwen3moe", 235_000, [94, 1024, 4096, 12_288, 151_936]).active(22_000),
    // THUDM/slime scripts/models/qwen3-next-80B-A3B.sh
    model("qwen3next", 79_700, [48, 1024, 2048, 5120, 151_936]).active(3000).keeps_one_in(4),
];

/// The dimensions of the model that is nearest in size, of the same architecture where one of those is near.
pub(super) fn shape(architecture: &str, parameters: u64) -> Typical {
    // One that is three times as large is built otherwise.
    nearest(architecture, parameters)
        .filter(|(_, distance)| *distance < 3.0_f64.ln())
        .or_else(|| nearest(USUAL, parameters))
        .map_or(MODELS[0], |(model, _)| model)
}

/// With its distance: the logarithm of how many times it is larger or smaller.
#[expect(clippy::cast_precision_loss, reason = "a comparison of sizes")]
fn nearest(architecture: &str, parameters: u64) -> Option<(Typical, f64)> {
    let distance = |model: &Typical| (model.parameters as f64 / parameters.max(1) as f64).ln().abs();
    MODELS
        .iter()
        .filter(|model| model.architecture == architecture)
        .map(|model| (*model, distance(model)))
        .min_by(|(_, one), (_, other)| one.partial_cmp(other).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_model_of_the_same_architecture_is_typical() {
        assert_eq!(shape("qwen2", 7_000_000_000).layers, 28);
        assert_eq!(shape("llama", 8_000_000_000).kept, 2048);
        assert_eq!(shape("gpt-oss", 20_000_000_000).active_parameters, Some(3_600_000_000));
    }

    #[test]
    fn an_unknown_architecture_or_size_is_taken_for_the_usual_one() {
        assert_eq!(shape("never-heard-of", 8_000_000_000), shape(USUAL, 8_000_000_000));
        assert_eq!(shape("gemma4", 500_000_000_000).architecture, USUAL);
        assert_eq!(shape("", 0).layers, 30);
    }

    #[test]
    fn layers_with_a_window_and_recurrent_ones_are_counted_as_the_architecture_has_them() {
        let gemma = shape("gemma3", 4_000_000_000);
        assert_eq!((0..gemma.layers).filter(|layer| !gemma.has_window(*layer)).count(), 5);
        assert_eq!((gemma.kept(0), gemma.kept(5)), (2048, 2048));
        let newer = shape("gemma4", 31_000_000_000);
        assert_eq!((newer.kept(0), newer.kept(5)), (8192, 4096), "those that see everything keep another amount");
        let qwen = shape("qwen35", 4_000_000_000);
        assert_eq!((0..qwen.layers).filter(|layer| !qwen.is_recurrent(*layer)).count(), 8);
        assert_eq!((qwen.kept(0), qwen.kept(3)), (0, 2048));
        let llama = shape("llama", 8_000_000_000);
        assert!((0..llama.layers).all(|layer| !llama.has_window(layer) && !llama.is_recurrent(layer)));
    }
}
