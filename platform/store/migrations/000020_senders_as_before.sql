-- Apps of Vumi Go see international senders with a plus from now on (decision 0017). What they have kept of people who
-- wrote over the transports that are here stands under the number without one: there it stays as it was.
update transports
set config = (config::jsonb || '{"international_senders": "as_sent"}')::json
where type = 'smpp' and config -> 'international_senders' is null;
