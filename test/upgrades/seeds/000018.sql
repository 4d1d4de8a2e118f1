update accounts set private_services = '["clinic-db:8080"]' where name = 'clinic';
