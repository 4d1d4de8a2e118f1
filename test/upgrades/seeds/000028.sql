insert into workers (name, type, config, placement) values ('relay1', 'http_relay', '{"url": "https://relay.example/"}', 'one');
