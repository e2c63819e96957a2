//! A fault of `WebKitGTK` that no test of ours can be blamed for: at about one start in several hundred under a
//! `WebDriver`, the process of the page ends itself on an assertion in WebKit's own code (seen with 2.50.6), and the
//! driver's session ends with it. The tests to which that happened are run once more; a second time counts.
//!
//! Whatever else ends a session stays a failure, the app's own end above all.

/// The names of the tests in cargo's output that failed that way.
pub(super) fn struck(output: &str) -> Vec<String> {
    let mut struck = Vec::new();
    let mut name = None;
    let (mut asserted, mut session_lost) = (false, false);
    for line in output.lines() {
        if let Some(started) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----")) {
            name = Some(started.to_owned());
            (asserted, session_lost) = (false, false);
            continue;
        }
        asserted |= line.contains("WTF::") && line.contains("Assertion '");
        session_lost |= line.contains("InvalidSessionId");
        if asserted && session_lost {
            struck.extend(name.take());
        }
    }
    struck
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
failures:

---- settings::german stdout ----
Error: The screen is in a.png.
/usr/include/c++/12/optional:477: _Tp &std::_Optional_base_impl<WTF::String>::_M_get(): Assertion 'this->_M_is_engaged()' failed.
(unknown: Standard(WebDriver { error: InvalidSessionId, message: \"\" })

---- window::app_died stdout ----
(unknown: Standard(WebDriver { error: InvalidSessionId, message: \"\" })

---- window::ours stdout ----
assertion `left == right` failed
";

    #[test]
    fn only_a_test_whose_webview_ended_itself_is_named() {
        assert_eq!(struck(OUTPUT), ["settings::german"]);
    }
}
