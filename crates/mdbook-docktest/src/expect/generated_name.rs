//! The names that Docker generates for containers without one: an adjective and a surname.

use std::sync::LazyLock;

use regex::Regex;

/// The adjectives, of all versions of Docker (moby's `namesgenerator`). The surnames are too many, and an adjective
/// among these is enough to tell `sleepy_curie` from `my_app`.
const ADJECTIVES: &str = "
    admiring adoring affectionate agitated amazing angry awesome backstabbing beautiful berserk big blissful bold boring
    brave busy charming clever cocky compassionate competent condescending confident cool cranky crazy dazzling desperate
    determined distracted dreamy drunk eager ecstatic elastic elated elegant eloquent epic evil exciting fervent festive
    flamboyant focused friendly frosty funny furious gallant gifted gigantic gloomy goofy gracious grave great happy
    hardcore heuristic high hopeful hungry infallible insane inspiring intelligent interesting jolly jovial keen kickass
    kind laughing lonely loving lucid mad magical modest musing mystifying naughty nervous nice nifty nostalgic objective
    optimistic peaceful pedantic pensive practical priceless prickly quirky quizzical recursing relaxed reverent romantic
    sad serene sharp sick silly sleepy small stoic strange stupefied suspicious sweet tender thirsty tiny trusting
    unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful zealous zen
";

static FORM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A[a-z]+_[a-z]+[0-9]?\z").expect("it is a regex of our own"));

/// Whether Docker has very probably generated a name: it is an adjective and a surname, and possibly a digit.
pub(crate) fn is_generated_name(name: &str) -> bool {
    let adjective = name.split('_').next().unwrap_or_default();
    FORM.is_match(name) && ADJECTIVES.split_whitespace().any(|known| known == adjective)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjective_tells_generated_names_from_others() {
        for name in ["boring_wozniak", "admiring_curie7", "furious_mclean", "zen_bell"] {
            assert!(is_generated_name(name), "{name}");
        }
        for name in
            ["my_app", "docker_gwbridge", "boring", "boring_", "boring_curie_x", "Boring_curie"]
        {
            assert!(!is_generated_name(name), "{name}");
        }
    }
}
