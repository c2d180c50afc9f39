//! The machine's proxy, from the environment.

use ureq::Proxy;

/// The value of a variable of the environment.
pub(super) type Variable = fn(&str) -> Option<String>;

/// The proxy for https, if the environment has one. As in Docker, `example.com` in `NO_PROXY` is also for
/// the hosts below it.
///
/// # Errors
///
/// The name of the variable whose value is no proxy's URL.
pub(super) fn proxy(get: impl Fn(&str) -> Option<String>) -> Result<Option<Proxy>, &'static str> {
    let get =
        |name| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let Some((name, url)) = names.iter().find_map(|name| Some((*name, get(name)?))) else {
        return Ok(None);
    };
    let found = Proxy::new(&url).map_err(|_| name)?;
    let mut builder = Proxy::builder(found.protocol()).host(found.host()).port(found.port());
    if let Some(user) = found.username() {
        builder = builder.username(user);
    }
    if let Some(password) = found.password() {
        builder = builder.password(password);
    }
    let exceptions = get("NO_PROXY").or_else(|| get("no_proxy")).unwrap_or_default();
    for host in exceptions.split(',').map(str::trim).filter(|host| !host.is_empty()) {
        builder = builder.no_proxy(host);
        if !host.starts_with(['.', '*']) {
            builder = builder.no_proxy(&format!(".{host}"));
        }
    }
    builder.build().map(Some).map_err(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Proxy>, &'static str> {
        let get = |name: &str| variables.iter().find(|(other, _)| *other == name);
        proxy(|name| get(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_proxy_for_https_is_used() {
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[("HTTPS_PROXY", ""), ("HTTP_PROXY", "http://proxy:1")]), Ok(None));
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let found =
                of(&[(name, "http://us%40er:pass@proxy.example.com:3128")]).unwrap().unwrap();
            assert_eq!((found.host(), found.port()), ("proxy.example.com", 3128));
            assert_eq!((found.username(), found.password()), (Some("us@er"), Some("pass")));
        }
        let found = of(&[("HTTPS_PROXY", "socks5://proxy")]).unwrap().unwrap();
        assert_eq!(found.port(), 1080);
        assert_eq!(of(&[("HTTPS_PROXY", "ftp://proxy")]), Err("HTTPS_PROXY"));
    }

    #[test]
    fn hosts_of_no_proxy_and_those_below_are_reached_directly() {
        let exceptions = "example.com, .below.org,127.0.0.1";
        let found =
            of(&[("HTTPS_PROXY", "http://proxy"), ("no_proxy", exceptions)]).unwrap().unwrap();
        for (host, is_direct) in [
            ("example.com", true),
            ("registry.example.com", true),
            ("badexample.com", false),
            ("below.org", false),
            ("a.below.org", true),
            ("127.0.0.1", true),
            ("docker.io", false),
        ] {
            let uri = format!("https://{host}/v2/").parse().unwrap();
            assert_eq!(found.is_no_proxy(&uri), is_direct, "{host}");
        }
    }
}
