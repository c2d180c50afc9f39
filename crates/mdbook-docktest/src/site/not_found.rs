//! The page for what is not found, which a server sends for any address below the site.

/// mdBook's name of the page.
pub(super) const NAME: &str = "404.html";

/// Without `site-url`, mdBook takes the root of the host for that of the site.
const BASE: &str = "<base href=\"/\">";

/// Sets the base of relative addresses: the nearest directory above the address that has mdBook's files. In a file,
/// that is the one with the page.
const FIND_ROOT: &str = r#"<base href="./"><script>
        for (let up = new URL('.', location); /^http/.test(up.protocol); up = new URL('..', up)) {
            const request = new XMLHttpRequest();
            request.open('HEAD', new URL('toc.html', up), false);
            try { request.send(); } catch { break; }
            if (request.status === 200 || up.pathname === '/') {
                document.querySelector('base').href = up;
                break;
            }
        }
        </script>"#;

/// Returns the page with a base that it finds itself; `None` if it has one.
pub(super) fn complete(html: &str) -> Option<String> {
    html.contains(BASE).then(|| html.replacen(BASE, FIND_ROOT, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mdbooks_default_is_replaced() {
        let completed = complete("<head><base href=\"/\"><link></head>").unwrap();
        assert!(completed.starts_with("<head><base href=\"./\"><script>"), "{completed}");
        assert!(completed.ends_with("</script><link></head>"), "{completed}");
        assert_eq!(complete(&completed), None);
        assert_eq!(complete("<base href=\"/course/\">"), None);
    }
}
