-- id: D5
-- title: A security group's rule opens SSH
-- priority: error
-- watches: ec2_security_group_rules
-- finds: appeared, became
-- made by: AuthorizeSecurityGroupIngress, ModifySecurityGroupRules
-- known by: security_group_rule_id
-- sets: from_port, ip_protocol, to_port
-- why: from wherever; D9 finds what the whole world may use
-- shows: cidr_ipv4, cidr_ipv6, from_port, ip_protocol, security_group_id, to_port
direction = 'ingress'
  AND (ip_protocol = '-1' OR (ip_protocol IN ('tcp', '6') AND from_port <= 22 AND to_port >= 22))

-- case: one that stays, one port, a range, all protocols; another port, UDP, what goes out, and one that is widened
-- was: arn, security_group_id, direction, ip_protocol, from_port, to_port, cidr_ipv4
--   a, sg-1, ingress, tcp, 22, 22, 10.0.0.0/8
--   h, sg-1, ingress, tcp, 80, 80, 10.0.0.0/8
-- now: arn, security_group_id, direction, ip_protocol, from_port, to_port, cidr_ipv4
--   a, sg-1, ingress, tcp, 22, 22, 10.0.0.0/8
--   b, sg-1, ingress, tcp, 22, 22, 10.0.0.0/8
--   c, sg-1, ingress, tcp, 0, 65535, 10.0.0.0/8
--   d, sg-1, ingress, -1, -1, -1, 10.0.0.0/8
--   e, sg-1, ingress, tcp, 443, 443, 10.0.0.0/8
--   f, sg-1, ingress, udp, 22, 22, 10.0.0.0/8
--   g, sg-1, egress, tcp, 22, 22, 10.0.0.0/8
--   h, sg-1, ingress, tcp, 20, 80, 10.0.0.0/8
-- answer: b appeared: null -> {"cidr_ipv4":"10.0.0.0/8","cidr_ipv6":null,"from_port":"22","ip_protocol":"tcp","security_group_id":"sg-1","to_port":"22"}
-- answer: c appeared: null -> {"cidr_ipv4":"10.0.0.0/8","cidr_ipv6":null,"from_port":"0","ip_protocol":"tcp","security_group_id":"sg-1","to_port":"65535"}
-- answer: d appeared: null -> {"cidr_ipv4":"10.0.0.0/8","cidr_ipv6":null,"from_port":"-1","ip_protocol":"-1","security_group_id":"sg-1","to_port":"-1"}
-- answer: h changed: {"cidr_ipv4":"10.0.0.0/8","cidr_ipv6":null,"from_port":"80","ip_protocol":"tcp","security_group_id":"sg-1","to_port":"80"} -> {"cidr_ipv4":"10.0.0.0/8","cidr_ipv6":null,"from_port":"20","ip_protocol":"tcp","security_group_id":"sg-1","to_port":"80"}

-- case: of a rule without its ports it is not known
-- now: arn, security_group_id, direction, ip_protocol
--   a, sg-1, ingress, tcp
-- answer: a unknown: null -> {"cidr_ipv4":null,"cidr_ipv6":null,"from_port":null,"ip_protocol":"tcp","security_group_id":"sg-1","to_port":null}
