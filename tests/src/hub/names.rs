//! The name server of a hub.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Packet, QTYPE, RCODE, ResourceRecord, TYPE};

use super::shared::Shared;
use super::world::{ADDRESS, World};

/// An address to which there is no route. It is reserved for documentation (RFC 5737).
const NO_ROUTE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// How long until the server notices that it must end.
const INTERVAL: Duration = Duration::from_millis(20);

/// What the name server answers about the registries' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// The hub's address.
    #[default]
    Known,
    /// That the server fails (SERVFAIL), as a resolver does whose upstream servers do not answer.
    Failing,
    /// That the names do not exist (NXDOMAIN).
    Unknown,
    /// An address to which there is no route.
    NoRoute,
}

/// A running name server. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct NameServer {
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NameServer {
    pub(crate) fn start(world: &World, shared: Arc<Shared>) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&end);
        let bind = || {
            let socket = UdpSocket::bind((ADDRESS, 53)).unwrap();
            socket.set_read_timeout(Some(INTERVAL)).unwrap();
            socket
        };
        let socket = world.run(bind).join().unwrap();
        let thread = std::thread::spawn(move || serve(&socket, &shared, &ended));
        Self { end, thread: Some(thread) }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, shared: &Shared, end: &AtomicBool) {
    let mut buffer = [0; 1500];
    while !end.load(Ordering::Relaxed) {
        match socket.recv_from(&mut buffer) {
            Ok((length, client)) => {
                if let Some(reply) = reply(&buffer[..length], shared.names()) {
                    // It asks again if this is lost.
                    let _ = socket.send_to(&reply, client);
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => panic!("a name server cannot read: {error}"),
        }
    }
}

/// The answer to a query. `None` if that is malformed.
fn reply(query: &[u8], names: Names) -> Option<Vec<u8>> {
    let query = Packet::parse(query).ok()?;
    let question = query.questions.first()?;
    let mut reply = Packet::new_reply(query.id());
    reply.questions.push(question.clone());
    let is_known = super::NAMES.contains(&question.qname.to_string().to_lowercase().as_str());
    match names {
        Names::Failing => *reply.rcode_mut() = RCODE::ServerFailure,
        Names::Known | Names::NoRoute if is_known => {
            let address = if names == Names::Known { ADDRESS } else { NO_ROUTE };
            // The name exists, but has no IPv6 address.
            if question.qtype == QTYPE::TYPE(TYPE::A) {
                let data = RData::A(A::from(address));
                let name = question.qname.clone();
                reply.answers.push(ResourceRecord::new(name, CLASS::IN, 0, data));
            }
        }
        _ => *reply.rcode_mut() = RCODE::NameError,
    }
    reply.build_bytes_vec().ok()
}
