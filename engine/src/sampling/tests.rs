use super::*;

fn from(values: &[(&str, f64)]) -> (Sampling, SamplingSource) {
    from_values(|name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
}

#[test]
fn a_model_that_recommends_nothing_gets_the_defaults() {
    assert_eq!(from(&[]), (DEFAULT_SAMPLING, SamplingSource::Default));
}

#[test]
fn recommended_values_are_taken_and_the_rest_filled() {
    let (sampling, source) = from(&[
        ("temp", 0.6),
        ("top_k", 20.0),
        ("top_p", 0.9),
        ("min_p", 0.0),
        ("penalty_repeat", 1.1),
        ("penalty_last_n", 128.0),
    ]);
    let expected =
        Sampling { temperature: 0.6, top_k: 20, top_p: 0.9, min_p: 0.0, repeat_penalty: 1.1, repeat_last_n: 128 };
    assert_eq!((sampling, source), (expected, SamplingSource::Model));
    let expected = Sampling { temperature: 0.0, ..DEFAULT_SAMPLING };
    assert_eq!(from(&[("temp", 0.0)]), (expected, SamplingSource::Model));
}

#[test]
fn values_that_make_no_sense_are_left_out() {
    let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300];
    for name in ["temp", "top_k", "top_p", "min_p", "penalty_repeat", "penalty_last_n"] {
        for value in wild {
            assert_eq!(from(&[(name, value)]), (DEFAULT_SAMPLING, SamplingSource::Default), "{name} = {value}");
        }
    }
    assert_eq!(from(&[("penalty_repeat", 0.0)]).0, DEFAULT_SAMPLING, "logits divided by zero");
}

#[test]
fn values_from_outside_are_made_sound_one_by_one() {
    let odd = Sampling { temperature: f32::NAN, top_k: -5, top_p: 0.5, ..DEFAULT_SAMPLING };
    assert_eq!(sound(odd), Sampling { top_p: 0.5, ..DEFAULT_SAMPLING });
    assert_eq!(sound(DEFAULT_SAMPLING), DEFAULT_SAMPLING);
}
