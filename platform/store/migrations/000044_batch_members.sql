-- What a batch has of a message goes with the message, and what an event says is counted for the batches of its message: both
-- are looked for by the message alone.

create index batch_messages_by_message on batch_messages (message_id);
