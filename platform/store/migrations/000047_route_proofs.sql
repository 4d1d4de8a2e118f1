-- What was known of a route when it was set: words that are mistaken for its keyword, and what messages of late go elsewhere.

alter table routes add column proof jsonb;
