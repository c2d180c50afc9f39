//! What commands do, in our own words.

/// The sentences about a command, if there are some, in lines of documentation.
pub(super) fn summary(path: &str) -> Option<&'static str> {
    let index = SUMMARIES.binary_search_by_key(&path, |(command, _)| command);
    index.ok().map(|index| SUMMARIES[index].1)
}

/// The commands with sentences.
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    SUMMARIES.iter().map(|(command, _)| *command)
}

/// Sorted by the words of the commands.
const SUMMARIES: &[(&str, &str)] = &[
    ("builder prune", "Removes the cache of builds."),
    ("buildx bake", "Builds the targets of a file."),
    ("buildx create", "Creates a builder."),
    ("buildx dial-stdio", "Connects standard input and output with a builder."),
    ("buildx du", "Returns the disk use of the cache of builds."),
    ("buildx imagetools create", "Creates an image in a registry from others there."),
    ("buildx imagetools inspect", "Returns the manifest of an image in a registry."),
    ("buildx inspect", "Returns the details of a builder."),
    ("buildx ls", "Lists builders."),
    ("buildx prune", "Removes the cache of builds."),
    ("buildx rm", "Removes builders."),
    ("buildx stop", "Stops a builder."),
    ("buildx use", "Selects the builder that is used by default."),
    ("buildx version", "Returns the version of buildx."),
    ("checkpoint create", "Saves the state of a running container."),
    ("checkpoint ls", "Lists the checkpoints of a container."),
    ("checkpoint rm", "Removes a checkpoint of a container."),
    (
        "compose attach",
        "Returns the output of a service's container, and passes standard input to it.",
    ),
    ("compose build", "Builds the images of services."),
    (
        "compose cp",
        "Copies files between a service's container and the directories where docker runs.",
    ),
    ("compose create", "Creates the containers of services."),
    (
        "compose down",
        "Stops and removes the project's containers and networks. Compose does not list what it has\n\
         removed in a form that programs can rely on (see [`up`](Self::up)): to know, call\n\
         [`ps`](Self::ps) with `all` first.",
    ),
    ("compose events", "Returns the events of the project's containers."),
    (
        "compose exec",
        "Runs a program in a service's running container. Without a terminal, set `no_tty`.",
    ),
    ("compose images", "Lists the images of the project's containers."),
    ("compose kill", "Sends a signal to the containers of services."),
    ("compose pause", "Pauses services."),
    ("compose port", "Returns where a service's port is published."),
    ("compose pull", "Downloads the images of services."),
    ("compose push", "Uploads the images of services."),
    ("compose restart", "Stops and starts services."),
    ("compose rm", "Removes the stopped containers of services."),
    ("compose run", "Runs a program in a new container of a service, and waits for it."),
    ("compose scale", "Sets the numbers of containers of services: `web=3`."),
    ("compose start", "Starts services that were created or stopped."),
    ("compose stats", "Returns the resources that the project's containers use."),
    ("compose stop", "Stops services."),
    ("compose top", "Returns the processes of services."),
    ("compose unpause", "Continues paused services."),
    // Its progress as JSON: <https://github.com/docker/compose/pull/11478>.
    (
        "compose up",
        "Creates and starts services; with `detach`, without waiting for their end. Compose does not\n\
         list what it has started in a form that programs can rely on: its progress is for people,\n\
         and `--progress json`, since 2.29, has the same words in varying fields. Then call\n\
         [`ps`](Self::ps), which returns the containers and their states.",
    ),
    ("compose version", "Returns the version of compose."),
    ("compose wait", "Waits until a container of the services ends."),
    ("compose watch", "Builds and updates services when their files change."),
    ("config create", "Creates a config of a swarm from a file, or from standard input (`-`)."),
    ("config inspect", "Returns the details of configs."),
    ("config ls", "Lists the configs of a swarm."),
    ("config rm", "Removes configs."),
    ("container commit", "Creates an image from a container."),
    ("container pause", "Pauses all processes of containers."),
    ("container rename", "Renames a container."),
    ("container unpause", "Continues paused containers."),
    ("context create", "Creates a context: the address of a daemon with a name."),
    ("context export", "Writes a context to a file, or to standard output (`-`)."),
    ("context import", "Creates a context from a file, or from standard input (`-`)."),
    ("context rm", "Removes contexts."),
    ("context show", "Returns the name of the context in use."),
    ("context update", "Changes a context."),
    ("context use", "Selects the context that is used by default."),
    ("inspect", "Returns the details of objects of any kind."),
    (
        "login",
        "Stores the credentials for a registry. Pass the password by `password_stdin` and `stdin`.",
    ),
    ("logout", "Removes the credentials for a registry."),
    ("manifest annotate", "Changes what a list says about an image."),
    ("manifest create", "Creates a list of images for several platforms."),
    ("manifest inspect", "Returns the manifest of an image in a registry, or of one in a list."),
    ("manifest push", "Uploads a list of images."),
    ("manifest rm", "Removes lists of images."),
    ("network connect", "Connects a container to a network."),
    ("network disconnect", "Disconnects a container from a network."),
    ("node demote", "Makes managers of a swarm workers."),
    ("node inspect", "Returns the details of nodes."),
    ("node ls", "Lists the nodes of a swarm."),
    ("node promote", "Makes workers of a swarm managers."),
    ("node ps", "Lists the tasks of nodes."),
    ("node rm", "Removes nodes from a swarm."),
    ("node update", "Changes a node."),
    ("plugin create", "Creates a plugin from a directory."),
    ("plugin disable", "Disables a plugin."),
    ("plugin enable", "Enables a plugin."),
    ("plugin inspect", "Returns the details of plugins."),
    (
        "plugin install",
        "Downloads and enables a plugin. Without a terminal, set `grant_all_permissions`.",
    ),
    ("plugin ls", "Lists plugins."),
    ("plugin push", "Uploads a plugin."),
    ("plugin rm", "Removes plugins."),
    ("plugin set", "Changes settings of a plugin."),
    ("plugin upgrade", "Replaces a plugin by a newer version."),
    ("search", "Searches for images on Docker Hub."),
    ("secret create", "Creates a secret of a swarm from a file, or from standard input (`-`)."),
    ("secret inspect", "Returns the details of secrets."),
    ("secret ls", "Lists the secrets of a swarm."),
    ("secret rm", "Removes secrets."),
    ("service create", "Creates a service."),
    ("service inspect", "Returns the details of services."),
    ("service logs", "Returns the output of a service or a task."),
    ("service ls", "Lists the services of a swarm."),
    ("service ps", "Lists the tasks of services."),
    ("service rm", "Removes services."),
    ("service rollback", "Sets a service back to its configuration before the last update."),
    ("service scale", "Sets the numbers of replicas of services: `web=3`."),
    ("service update", "Changes a service."),
    ("stack config", "Returns the files of a stack as one, with variables replaced."),
    ("stack deploy", "Creates or updates a stack."),
    ("stack ls", "Lists stacks."),
    ("stack ps", "Lists the tasks of a stack."),
    ("stack rm", "Removes stacks."),
    ("stack services", "Lists the services of a stack."),
    ("swarm ca", "Returns or replaces the root certificate of a swarm."),
    ("swarm init", "Makes the daemon the first manager of a new swarm."),
    ("swarm join", "Adds the daemon to a swarm."),
    ("swarm join-token", "Returns or replaces the token for new workers or managers."),
    ("swarm leave", "Removes the daemon from its swarm."),
    ("swarm unlock", "Unlocks a manager; its key is read from standard input."),
    ("swarm unlock-key", "Returns or replaces the key that unlocks managers."),
    ("swarm update", "Changes a swarm."),
    ("system prune", "Removes what nothing uses. Set `force`, since docker cannot ask."),
    ("trust inspect", "Returns the keys and signatures of images."),
    ("trust key generate", "Creates a key for signing."),
    ("trust key load", "Loads a key for signing."),
    ("trust revoke", "Removes the signature of an image."),
    ("trust sign", "Signs an image."),
    ("trust signer add", "Adds a signer to repositories."),
    ("trust signer remove", "Removes a signer from repositories."),
    ("volume update", "Changes a volume of a swarm's cluster."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_found() {
        assert!(SUMMARIES.is_sorted());
        for (command, sentences) in SUMMARIES {
            assert_eq!(summary(command), Some(*sentences));
            assert!(sentences.ends_with('.'), "{sentences}");
        }
        assert_eq!(summary("no such command"), None);
    }
}
