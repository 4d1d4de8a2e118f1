update accounts set limits = '{"schedules": 50}' where name = 'clinic';
