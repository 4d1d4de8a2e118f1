insert into interfaces (account, name, settings) values
  ('clinic', 'kannel', '{"dialect": "kannel", "message_url": "https://clinic.example/sms?from=%p&text=%a"}');
