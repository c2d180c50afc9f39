//! Finds `docker` commands in lines of bash, without expanding them.

/// The value of an option.
pub(super) fn value<'a>(words: &[&'a str], option: &str) -> Option<&'a str> {
    let next = words.windows(2).find(|pair| pair[0] == option).map(|pair| pair[1]);
    let joined = || words.iter().find_map(|word| word.strip_prefix(option)?.strip_prefix('='));
    next.or_else(joined)
}

/// The names of the volumes that `docker run` mounts, without paths.
pub(super) fn mounted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let joined = words.iter().filter_map(|word| word.split_once('='));
    let options = words.windows(2).map(|pair| (pair[0], pair[1])).chain(joined);
    let names = options.filter_map(|(option, mount)| match option {
        "-v" | "--volume" => mount.split(':').next(),
        "--mount" => mount
            .split(',')
            .find_map(|field| field.strip_prefix("src=").or_else(|| field.strip_prefix("source="))),
        _ => None,
    });
    let is_path = |name: &&str| name.starts_with(['/', '.', '~']) || name.starts_with("$PWD");
    names.filter(|name| !is_path(name)).collect()
}

/// The words that are neither options nor the values of these options.
pub(super) fn arguments<'a>(words: &[&'a str], with_values: &[&str]) -> Vec<&'a str> {
    let is_value = |place: usize| place > 0 && with_values.contains(&words[place - 1]);
    let places =
        (0..words.len()).filter(|place| !words[*place].starts_with('-') && !is_value(*place));
    places.map(|place| words[place]).collect()
}

/// The `docker` commands in a line of bash, and the variable that each is assigned to, if any.
pub(super) fn docker_commands(words: &[String]) -> Vec<(Option<&str>, Vec<&str>)> {
    let is_end = |word: &str| {
        ["&&", "||", "|", ";", "<", ">", ">>", "&"].contains(&word) || word.starts_with("2>")
    };
    let mut commands = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let Some(before) =
            word.strip_suffix("docker").filter(|it| it.is_empty() || it.ends_with("$("))
        else {
            continue;
        };
        let variable = before.strip_suffix("=$(");
        let rest = words[place + 1..].iter().map(String::as_str).take_while(|word| !is_end(word));
        let mut command: Vec<&str> = Vec::new();
        for word in rest {
            let closes = word.matches(')').count() > word.matches('(').count();
            if closes || word.ends_with(';') {
                command.push(word.trim_end_matches([')', ';']));
                break;
            }
            command.push(word);
        }
        commands.push((variable, command));
    }
    commands
}
