use hearth_hub::{Family, Publisher, Quant};
use proptest::prelude::*;

#[test]
fn quantizations_are_found_at_the_end_of_names() {
    let cases = [
        ("Qwen3.5-4B-Q4_K_M.gguf", Some("Q4_K_M")),
        ("qwen2.5-coder-7b-instruct-q4_k_m.gguf", Some("Q4_K_M")),
        ("L3-DARKEST-PLANET-16.5B-D_AU-Q2_k.gguf", Some("Q2_K")),
        ("L3-DARKEST-PLANET-16.5B-D_AU-Q4_0_4_4.gguf", Some("Q4_0_4_4")),
        ("jan-nano-128k-iQ4_XS.gguf", Some("IQ4_XS")),
        ("gemma-4-26B-A4B-it-UD-Q4_K_XL.gguf", Some("UD-Q4_K_XL")),
        ("Qwen3.6-35B-A3B-UD-IQ4_NL_XL.gguf", Some("UD-IQ4_NL_XL")),
        ("MiniMax-M2.5-UD-TQ1_0.gguf", Some("UD-TQ1_0")),
        ("gemma-4-19b-a4b-it-REAP.i1-IQ3_XXS.gguf", Some("i1-IQ3_XXS")),
        ("Qwen3.6-35B-A3B-MXFP4_MOE.gguf", Some("MXFP4_MOE")),
        ("gpt-oss-20b-MXFP4.gguf", Some("MXFP4")),
        ("gemma-4-31B-it-NVFP4-turbo-NVFP4.gguf", Some("NVFP4")),
        ("qwen2.5-coder-7b-instruct-fp16.gguf", Some("F16")),
        ("granite-4.1-3b-bf16.gguf", Some("BF16")),
        ("ggml-model-i2_s.gguf", Some("I2_S")),
        ("Qwen3.6-27B-TQ3_4S.gguf", Some("TQ3_4S")),
        ("Bonsai-8B-Q1_0.gguf", Some("Q1_0")),
        ("talkie-1930-13b-it-q5.gguf", Some("Q5")),
        ("Qwen3.6-27B-Cerebellum-v4-Q2_K_Mixed.gguf", Some("Q2_K_MIXED")),
        ("phi_4_mini_Q4_K_M.gguf", Some("Q4_K_M")),
        ("BF16/Qwen3.5-9B-MoQ-16.gguf", Some("BF16")),
        ("UD-Q4_K_XL/model-00001-of-00002", Some("UD-Q4_K_XL")),
        ("Qwen3.6-35B-A3B-APEX-I-Balanced.gguf", None),
        ("DeepSeek-V4-Flash-FP4-FP8-native.gguf", None),
        ("Qwen3.5-9B-MoQ-2.10.gguf", None),
        ("MiniCPM-o-4_5.gguf", None),
        ("Jan-v2-VL-max.gguf", None),
    ];
    for (name, label) in cases {
        assert_eq!(Quant::of_path(name).map(|quant| quant.to_string()).as_deref(), label, "{name}");
    }
}

#[test]
fn a_name_tells_the_kind_of_storage_and_about_how_many_bits() {
    let cases = [
        ("IQ1_S", Family::Table, 2.0),
        ("TQ1_0", Family::Few, 1.69),
        ("Q2_K", Family::K, 3.2),
        ("UD-IQ3_XXS", Family::Table, 3.3),
        ("Q3_K_M", Family::K, 4.0),
        ("MXFP4", Family::Float4, 4.25),
        ("IQ4_XS", Family::Table, 4.5),
        ("Q4_0_4_4", Family::Plain, 4.65),
        ("Q4_K_M", Family::K, 4.9),
        ("Q4_K_L", Family::K, 5.0),
        ("Q5_1", Family::Plain, 6.1),
        ("Q6_K", Family::K, 6.6),
        ("Q8_0", Family::Plain, 8.5),
        ("BF16", Family::Float, 16.0),
        ("F32", Family::Float, 32.0),
    ];
    for (name, family, bits) in cases {
        let quant: Quant = name.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(quant.family(), family, "{name}");
        assert!((quant.bits_per_weight() - bits).abs() < 0.1, "{name}: {}", quant.bits_per_weight());
    }
}

#[test]
fn quantizations_are_ordered_by_size() {
    let mut names = ["F16", "Q4_K_XL", "Q8_0", "Q4_K_M", "IQ2_XXS", "Q4_K_L", "Q4_K_S", "Q6_K", "TQ1_0", "IQ4_XS"]
        .map(|name| name.parse::<Quant>().expect("a known name"));
    names.sort();
    let sorted = names.map(|quant| quant.to_string());
    assert_eq!(sorted, ["TQ1_0", "IQ2_XXS", "IQ4_XS", "Q4_K_S", "Q4_K_M", "Q4_K_L", "Q4_K_XL", "Q6_K", "Q8_0", "F16"]);
}

#[test]
fn what_stands_before_a_quantization_is_known_or_no_part_of_it() {
    let quant: Quant = "UD-Q4_K_XL".parse().expect("Unsloth's");
    assert_eq!((quant.publisher(), quant.code()), (Some(Publisher::UnslothDynamic), "Q4_K_XL"));
    for unknown in ["MoQ-Q5_K", "i1", "UD", "UD-", "Q", "Q7_K", "Q16", "Q4_", "Q4__K", "IQ4", "4_5", "AProjQ8", "K_M"] {
        assert!(unknown.parse::<Quant>().is_err(), "{unknown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_name_is_known_or_unknown(name in r"[-_./ QqIiKkMUDXLT0-9]{0,32}|\PC{0,32}") {
        if let Some(quant) = Quant::of_path(&name) {
            let label = quant.to_string();
            prop_assert_eq!(label.parse::<Quant>().expect("its own label"), quant.clone(), "{}", label);
            prop_assert!(quant.bits_per_weight() > 0.5 && quant.bits_per_weight() <= 32.0, "{}", label);
        }
    }
}
