-- A person is a contact; these are the addresses that are known to be his beside those of the contact's own fields. One
-- address is one person's. Addresses are in their normal form.
create table contact_addresses (
  account text collate "C" not null,
  type text collate "C" not null,
  address text collate "C" not null,
  contact text collate "C" not null,
  linked_at timestamptz not null default now(),
  primary key (account, type, address),
  foreign key (account, contact) references contacts (account, key) on delete cascade
);

create index contact_addresses_by_contact on contact_addresses (account, contact);

-- Where those are found now that were found to be somebody else.
create table merged_contacts (
  account text collate "C" not null,
  key text collate "C" not null,
  into_key text collate "C" not null,
  merged_at timestamptz not null default now(),
  primary key (account, key),
  foreign key (account, into_key) references contacts (account, key) on delete cascade
);

create index merged_contacts_by_target on merged_contacts (account, into_key);
