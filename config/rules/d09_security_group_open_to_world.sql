-- id: D9
-- title: A security group's rule lets in the whole world
-- priority: critical
-- watches: ec2_security_group_rules
-- finds: appeared, became
-- shows: cidr_ipv4, cidr_ipv6, from_port, ip_protocol, security_group_id, to_port
direction = 'ingress' AND is_open_to_world

-- case: one that stays, a new one, one that is opened; one for an office, and one that goes out
-- was: arn, security_group_id, direction, is_open_to_world, cidr_ipv4, ip_protocol
--   a, sg-1, ingress, true, 0.0.0.0/0, tcp
--   c, sg-1, ingress, false, 192.0.2.0/24, tcp
-- now: arn, security_group_id, direction, is_open_to_world, cidr_ipv4, ip_protocol
--   a, sg-1, ingress, true, 0.0.0.0/0, tcp
--   b, sg-1, ingress, true, 0.0.0.0/0, tcp
--   c, sg-1, ingress, true, 0.0.0.0/0, tcp
--   d, sg-1, ingress, false, 192.0.2.0/24, tcp
--   e, sg-1, egress, true, 0.0.0.0/0, tcp
-- answer: b appeared: null -> {"cidr_ipv4":"0.0.0.0/0","cidr_ipv6":null,"from_port":null,"ip_protocol":"tcp","security_group_id":"sg-1","to_port":null}
-- answer: c changed: {"cidr_ipv4":"192.0.2.0/24","cidr_ipv6":null,"from_port":null,"ip_protocol":"tcp","security_group_id":"sg-1","to_port":null} -> {"cidr_ipv4":"0.0.0.0/0","cidr_ipv6":null,"from_port":null,"ip_protocol":"tcp","security_group_id":"sg-1","to_port":null}
