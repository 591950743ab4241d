//! A network of its own with one wire to this one, whose traffic can be dropped.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A network namespace. Within it the address of this side is the gateway.
pub(crate) struct Namespace {
    name: String,
    subnet: String,
}

impl Namespace {
    /// Makes one; or says why it cannot.
    pub(crate) fn new() -> Option<Self> {
        let number = std::process::id() % 8_000 * 8 + NUMBER.fetch_add(1, Ordering::Relaxed) % 8;
        let name = format!("tr{number}");
        let subnet = format!("10.{}.{}", 128 + number / 256 % 127, number % 256);
        let made = Self { name, subnet };
        let (name, subnet) = (&made.name, &made.subnet);
        let steps = [
            format!("ip netns add {name}"),
            format!("ip link add {name}a type veth peer name {name}b netns {name}"),
            format!("ip address add {subnet}.1/24 dev {name}a"),
            format!("ip link set {name}a up"),
            format!("ip -n {name} address add {subnet}.2/24 dev {name}b"),
            format!("ip -n {name} link set {name}b up"),
            format!("ip -n {name} route add default via {subnet}.1"),
            format!("ip netns exec {name} nft list ruleset"),
        ];
        let Some(failed) = steps.iter().find(|step| !run(step)) else { return Some(made) };
        println!("SKIPPED: `{failed}` does not work here: it takes root, iproute2 and nftables");
        None
    }

    /// `trechod serve` within.
    pub(crate) fn command(&self, data: &std::path::Path, arguments: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.name, env!("CARGO_BIN_EXE_trechod"), "serve"])
            .args(["--plaintext", "--listen", &format!("{}.2:0", self.subnet), "--data"])
            .arg(data)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Nothing comes in or goes out any more.
    pub(crate) fn cut(&self) {
        let within = format!("ip netns exec {} nft", self.name);
        assert!(run(&format!("{within} add table inet cut")));
        for hook in ["input", "output"] {
            let chain = format!("{{ type filter hook {hook} priority 0 ; policy drop ; }}");
            assert!(run(&format!("{within} add chain inet cut {hook} {chain}")));
        }
    }

    /// The wire works again.
    pub(crate) fn mend(&self) {
        assert!(run(&format!("ip netns exec {} nft delete table inet cut", self.name)));
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The wire goes with it.
        run(&format!("ip netns delete {}", self.name));
    }
}

fn run(command: &str) -> bool {
    let words: Vec<&str> = command.split_ascii_whitespace().collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
