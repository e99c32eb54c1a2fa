//! Load balancers, of all four kinds: those that face the internet, by the interfaces that say their names, on the ports
//! of their listeners.

use super::entrance::{Entrance, Port};
use super::{Region, Target};

/// A load balancer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Balancer {
    pub(crate) arn: String,
    /// Its type, as in the inventory.
    pub(crate) target_type: &'static str,
    /// The collector that reads it, with its listeners.
    pub(crate) collector: &'static str,
    pub(crate) name: String,
    pub(crate) is_gateway: bool,
    pub(crate) scheme: Option<String>,
    pub(crate) listeners: Vec<Listener>,
}

/// A port on which a load balancer takes connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listener {
    pub(crate) port: Option<i32>,
    pub(crate) protocol: Option<String>,
}

pub(super) fn load_balancers(region: &Region) -> Vec<Target> {
    let target = |it: &Balancer| Target {
        arn: it.arn.clone(),
        target_type: it.target_type,
        entrances: vec![it.entrance(region)],
    };
    region.balancers.values().map(target).collect()
}

impl Balancer {
    /// What it may be entered by.
    pub(super) fn entrance(&self, region: &Region) -> Entrance {
        if self.is_gateway {
            return Entrance::closed("a gateway load balancer is entered by its endpoints alone");
        }
        match self.scheme.as_deref() {
            Some("internal") => return Entrance::closed("it is internal"),
            Some("internet-facing") => {}
            _ => return Entrance::unknown("whether it is internal was not read"),
        }
        if self.listeners.is_empty() && region.complete.contains(self.collector) {
            return Entrance::closed("it has no listener");
        }
        if self.listeners.is_empty() || self.listeners.iter().any(|it| it.port.is_none()) {
            return Entrance::unknown("its listeners were not read");
        }
        let ports = self.listeners.iter().flat_map(Listener::ports).collect();
        Entrance::of(region.described_as(&format!("ELB {}", self.name_of_interfaces())), Some(ports))
    }

    /// What its interfaces call it: of `…:loadbalancer/app/web/50dc6c495c0c9188`, app/web/50dc6c495c0c9188; of a classic
    /// one its name.
    fn name_of_interfaces(&self) -> &str {
        let end = self.arn.split_once(":loadbalancer/").map(|(_, end)| end);
        end.filter(|end| end.contains('/')).unwrap_or(&self.name)
    }
}

impl Listener {
    fn ports(&self) -> Vec<Port> {
        let Some(number) = self.port.and_then(|port| u16::try_from(port).ok()) else { return Vec::new() };
        let (tcp, udp) = (Port::tcp(number), Port::udp(number));
        match self.protocol.as_deref() {
            Some("HTTP" | "HTTPS" | "TCP" | "TLS" | "SSL") => vec![tcp],
            Some("UDP" | "QUIC") => vec![udp],
            Some("TCP_UDP" | "TCP_QUIC") => vec![tcp, udp],
            odd => {
                let doubt = Some(format!("the protocol of its listener is not known: {}", odd.unwrap_or("none")));
                vec![Port { doubt: doubt.clone(), ..tcp }, Port { doubt, ..udp }]
            }
        }
    }
}
