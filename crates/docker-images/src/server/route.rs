//! What the path of a request means.

use percent_encoding::percent_decode_str;

use super::error::{Code, Failure};
use crate::digest::Digest;
use crate::reference::{is_repository, is_tag};

/// The longest name of a repository, in bytes.
const REPOSITORY_LIMIT: usize = 255;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// Whether this is a registry.
    Base,
    Manifest {
        repository: String,
        version: Version,
    },
    Blob {
        repository: String,
        digest: Digest,
    },
    /// Uploads of blobs.
    Uploads {
        repository: String,
    },
    /// An upload of a blob.
    Upload {
        repository: String,
        id: String,
    },
}

/// What stands for a manifest in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Version {
    Tag(String),
    Digest(Digest),
}

impl Route {
    /// What the path of a request means.
    ///
    /// # Errors
    ///
    /// It means nothing, or a part of it is invalid.
    pub(super) fn of(path: &str) -> Result<Self, Failure> {
        let unknown = || Failure::new(Code::NotFound, "not a path of a registry");
        let path = percent_decode_str(path).decode_utf8().map_err(|_| unknown())?;
        let rest = path.strip_prefix("/v2").ok_or_else(unknown)?;
        if matches!(rest, "" | "/") {
            return Ok(Self::Base);
        }
        let rest = rest.strip_prefix('/').ok_or_else(unknown)?;
        // The name of a repository has any number of slashes.
        let (rest, last) = rest.rsplit_once('/').ok_or_else(unknown)?;
        let (rest, kind) = rest.rsplit_once('/').ok_or_else(unknown)?;
        match kind {
            "manifests" => Ok(Self::Manifest {
                repository: repository(rest)?,
                version: if last.contains(':') {
                    Version::Digest(digest(last)?)
                } else {
                    Version::Tag(tag(last)?)
                },
            }),
            "blobs" => Ok(Self::Blob { repository: repository(rest)?, digest: digest(last)? }),
            "uploads" => {
                let rest = rest.strip_suffix("/blobs").ok_or_else(unknown)?;
                let repository = repository(rest)?;
                Ok(match last {
                    "" => Self::Uploads { repository },
                    id => Self::Upload { repository, id: id.to_owned() },
                })
            }
            _ => Err(unknown()),
        }
    }

    /// The methods that have a meaning there, as the header `Allow` lists them.
    pub(super) fn methods(&self, accepts_pushes: bool) -> &'static str {
        match self {
            Self::Manifest { .. } if accepts_pushes => "GET, HEAD, PUT",
            Self::Base | Self::Manifest { .. } | Self::Blob { .. } => "GET, HEAD",
            Self::Uploads { .. } if accepts_pushes => "POST",
            Self::Upload { .. } if accepts_pushes => "GET, HEAD, PATCH, PUT, DELETE",
            Self::Uploads { .. } | Self::Upload { .. } => "",
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

fn repository(name: &str) -> Result<String, Failure> {
    if name.len() <= REPOSITORY_LIMIT && is_repository(name) {
        Ok(name.to_owned())
    } else {
        Err(Failure::new(Code::NameInvalid, name))
    }
}

fn tag(tag: &str) -> Result<String, Failure> {
    if is_tag(tag) { Ok(tag.to_owned()) } else { Err(Failure::new(Code::TagInvalid, tag)) }
}

pub(super) fn digest(text: &str) -> Result<Digest, Failure> {
    text.parse().map_err(|error| Failure::new(Code::DigestInvalid, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn code(path: &str) -> Code {
        Route::of(path).unwrap_err().code()
    }

    #[test]
    fn paths_of_the_specification_are_known() {
        let digest: Digest = DIGEST.parse().unwrap();
        let repository = || "library/alpine".to_owned();
        let version = Version::Tag("3.20".to_owned());
        for (path, route) in [
            ("/v2".to_owned(), Route::Base),
            ("/v2/".to_owned(), Route::Base),
            (
                "/v2/library/alpine/manifests/3.20".to_owned(),
                Route::Manifest { repository: repository(), version },
            ),
            (
                format!("/v2/library/alpine/manifests/{DIGEST}"),
                Route::Manifest { repository: repository(), version: Version::Digest(digest) },
            ),
            (
                format!("/v2/library/alpine/blobs/{}", DIGEST.replace(':', "%3A")),
                Route::Blob { repository: repository(), digest },
            ),
            (
                "/v2/library/alpine/blobs/uploads/".to_owned(),
                Route::Uploads { repository: repository() },
            ),
            (
                "/v2/library/alpine/blobs/uploads/7".to_owned(),
                Route::Upload { repository: repository(), id: "7".to_owned() },
            ),
        ] {
            assert_eq!(Route::of(&path).unwrap(), route, "{path}");
        }
    }

    #[test]
    fn repositories_may_be_called_like_other_parts_of_a_path() {
        let manifest = |repository: &str| Route::Manifest {
            repository: repository.to_owned(),
            version: Version::Tag("1".to_owned()),
        };
        for repository in ["a", "a/b/c/d", "manifests/blobs", "blobs/uploads", "v2/v2"] {
            let path = format!("/v2/{repository}/manifests/1");
            assert_eq!(Route::of(&path).unwrap(), manifest(repository));
        }
    }

    #[test]
    fn other_paths_are_refused_with_the_code_of_what_is_wrong() {
        for path in ["", "/", "/v1/", "/v2x", "/v2/a", "/v2/_catalog", "/v2/a/tags/list", "/%ff"] {
            assert_eq!(code(path), Code::NotFound, "{path}");
        }
        for path in ["/v2/A/manifests/1", "/v2//manifests/1", "/v2/a/../b/manifests/1"] {
            assert_eq!(code(path), Code::NameInvalid, "{path}");
        }
        assert_eq!(code(&format!("/v2/{}/manifests/1", "a".repeat(256))), Code::NameInvalid);
        assert_eq!(code("/v2/a/manifests/.1"), Code::TagInvalid);
        assert_eq!(code("/v2/a/manifests/"), Code::TagInvalid);
        assert_eq!(code("/v2/a/manifests/sha256:12"), Code::DigestInvalid);
        assert_eq!(code("/v2/a/blobs/12"), Code::DigestInvalid);
        assert_eq!(code("/v2/a/uploads/1"), Code::NotFound);
    }
}
