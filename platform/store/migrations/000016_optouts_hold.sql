-- Who has opted out gets replies only, unless the account says otherwise. Until now it had to ask for that, and nothing
-- tells an account that wanted it off from one that never looked: the safe side is the side of those who said STOP.
alter table accounts alter column respect_optouts set default true;
update accounts set respect_optouts = true;
