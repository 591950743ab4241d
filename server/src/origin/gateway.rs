//! The gateway of this machine. Within a container it stands for the machine outside: whoever
//! connects to a published port from there comes from the gateway's address, all of them.

use std::io;
use std::net::Ipv4Addr;

const ROUTES: &str = "/proc/net/route";

/// The gateways of the default routes; none where there is no such route.
pub(super) fn addresses() -> io::Result<Vec<Ipv4Addr>> {
    Ok(read(&std::fs::read_to_string(ROUTES)?))
}

/// Reads the kernel's table: interface, destination, gateway, … in hexadecimal.
fn read(table: &str) -> Vec<Ipv4Addr> {
    let gateway = |line: &str| {
        let mut words = line.split_ascii_whitespace().skip(1);
        let number = |word: &str| u32::from_str_radix(word, 16).ok();
        let (destination, gateway) = (number(words.next()?)?, number(words.next()?)?);
        // The kernel prints the bytes as this machine reads them as a number.
        (destination == 0 && gateway != 0).then(|| Ipv4Addr::from(gateway.to_ne_bytes()))
    };
    table.lines().filter_map(gateway).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_route_s_gateway_is_found() {
        let gateway = format!("{:08X}", u32::from_ne_bytes([172, 17, 0, 1]));
        let table = format!(
            "Iface\tDestination\tGateway \tFlags\tRefCnt\n\
             eth0\t00000000\t{gateway}\t0003\t0\n\
             eth0\t000011AC\t00000000\t0001\t0\n"
        );
        assert_eq!(read(&table), [Ipv4Addr::new(172, 17, 0, 1)]);
        assert_eq!(read(""), [] as [Ipv4Addr; 0]);
        assert_eq!(read("eth0\tnothing\n\u{fffd}"), [] as [Ipv4Addr; 0]);
    }
}
