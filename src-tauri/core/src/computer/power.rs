//! Where the computer has its power from.

use starship_battery::{Manager, State};

/// Where the computer has its power from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Power {
    /// Whether there is a battery at all.
    pub has_battery: bool,
    /// Whether it is being used up.
    pub is_on_battery: bool,
}

impl Power {
    /// A computer whose batteries cannot be asked is taken for one without any.
    pub(super) fn of_this_computer() -> Self {
        let batteries = Manager::new().and_then(|manager| manager.batteries());
        match batteries {
            Ok(batteries) => Self::of(batteries.flatten().map(|battery| battery.state())),
            Err(error) => {
                tracing::debug!(%error, "no battery can be asked");
                Self::default()
            }
        }
    }

    fn of(batteries: impl Iterator<Item = State>) -> Self {
        batteries.fold(Self::default(), |power, state| Self {
            has_battery: true,
            is_on_battery: power.is_on_battery || state == State::Discharging,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_is_on_battery_while_one_is_used_up() {
        let of = |states: &[State]| Power::of(states.iter().copied());
        assert_eq!(of(&[]), Power { has_battery: false, is_on_battery: false });
        assert_eq!(of(&[State::Charging, State::Full]), Power { has_battery: true, is_on_battery: false });
        assert_eq!(of(&[State::Full, State::Discharging]), Power { has_battery: true, is_on_battery: true });
    }

    #[test]
    fn this_computer_can_be_asked() {
        let power = Power::of_this_computer();
        assert!(power.has_battery || !power.is_on_battery, "{power:?}");
    }
}
