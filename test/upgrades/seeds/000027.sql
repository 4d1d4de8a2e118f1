insert into routes (account, name, connector, transport, to_addr, weight) values
  ('clinic', 'relayed', 'relay1', 'mno', '8003', 3), ('clinic', 'relayed2', 'relay2', 'mno', '8003', 1);
