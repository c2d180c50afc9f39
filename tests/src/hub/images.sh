# shellcheck shell=bash
# Runs in an engine that has the image `alpine`: makes the other images, and pushes all of them to the
# registry at REGISTRY in the engine's network namespace.
#
# Usage: REGISTRY
set -euo pipefail
registry=$1
export DOCKER_BUILDKIT=0

build() { docker build --quiet --tag "$1" - >/dev/null; }
# push NAME:TAG [REPOSITORY:TAG]
push() {
    docker tag "$1" "$registry/${2:-$1}"
    docker push --quiet "$registry/${2:-$1}" >/dev/null
}
manifest() {
    curl --silent --fail --header "Accept: application/vnd.docker.distribution.manifest.v2+json" \
        "http://$registry/v2/$1/manifests/$2"
}

# Replaces the tag by an index, as Docker Hub has it for its official images: images for other platforms
# come first, and one is for none.
index() {
    local repository=$1 tag=$2 architecture other
    architecture=$(docker version --format '{{.Server.Arch}}')
    printf 'FROM alpine\nLABEL platform=other\n' | build other
    push other "$repository:other"
    other=$(manifest "$repository" other | describe)
    manifest "$repository" "$tag" | describe | jq --compact-output \
        --argjson other "$other" --arg architecture "$architecture" '{
            schemaVersion: 2,
            mediaType: "application/vnd.oci.image.index.v1+json",
            manifests: [
                $other + {platform: {architecture: "unknown", os: "unknown"}},
                $other + {platform: {architecture: "s390x", os: "linux"}},
                . + {platform: {architecture: $architecture, os: "linux"}}
            ]
        }' | curl --silent --fail --request PUT --data-binary @- \
        --header "Content-Type: application/vnd.oci.image.index.v1+json" \
        "http://$registry/v2/$repository/manifests/$tag"
}

# The descriptor of the manifest on standard input.
describe() {
    cat >/tmp/manifest
    jq --null-input --compact-output --arg size "$(stat --format=%s /tmp/manifest)" \
        --arg digest "sha256:$(sha256sum /tmp/manifest | cut -d ' ' -f 1)" '{
            mediaType: "application/vnd.docker.distribution.manifest.v2+json",
            size: ($size | tonumber),
            digest: $digest
        }'
}

until curl --silent --fail "http://$registry/v2/" >/dev/null; do sleep 0.01; done

build busybox <<'END'
FROM alpine
CMD ["sh"]
LABEL of=busybox
END
build nginx:1.27 <<'END'
FROM alpine
RUN mkdir -p /usr/share/nginx/html && echo "Welcome to nginx!" >/usr/share/nginx/html/index.html
EXPOSE 80
CMD ["httpd", "-f", "-p", "80", "-h", "/usr/share/nginx/html"]
END
build postgres:15 <<'END'
FROM alpine
RUN echo 15 >/etc/postgres-version
VOLUME /var/lib/postgresql/data
CMD ["sleep", "600"]
END
# Two references that differ in one sign, and their content.
for name in team/app team_app; do
    build "$name:1" <<END
FROM alpine
RUN echo $name >/etc/name
CMD ["cat", "/etc/name"]
END
done

for image in alpine:latest busybox:latest nginx:1.27 postgres:15 team_app:1; do
    push "$image" "library/$image"
    index "library/${image%:*}" "${image#*:}"
done
push team/app:1
