//! The ports in Linux's tables of TCP sockets, `/proc/net/tcp` and `tcp6` (proc_net(5)).

use std::collections::BTreeSet;

/// The state of a socket that listens (`TCP_LISTEN` in the kernel's `net/tcp_states.h`).
const LISTEN: &str = "0A";

/// The ports of the sockets that listen, in the text of one or more tables.
pub(super) fn listening(tables: &str) -> BTreeSet<u16> {
    tables.lines().filter_map(listening_port).collect()
}

/// The port in `0: 0100007F:1F90 00000000:0000 0A …`, if the socket listens.
fn listening_port(line: &str) -> Option<u16> {
    let mut columns = line.split_ascii_whitespace().skip(1);
    let (local, _remote, state) = (columns.next()?, columns.next()?, columns.next()?);
    let (_, port) = local.rsplit_once(':')?;
    if state == LISTEN { u16::from_str_radix(port, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_that_listen_count() {
        let tables = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 020011AC:9C40 010011AC:01BB 01 00000000:00000000 00:00000000 00000000     0        0 2 1
  sl  local_address                         remote_address                        st tx_queue
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:0
cat: can't open '/proc/net/tcp6': No such file or directory
";
        assert_eq!(listening(tables), BTreeSet::from([80, 8080]));
        assert!(listening("").is_empty());
    }
}
