-- Roles rhesis_owner, rhesis_app and rhesis_gate exist (provision.ts). This runs as rhesis_owner.
grant usage on schema public to rhesis_app, rhesis_gate;

-- Who is asking: transaction-local settings, set by the tenant transaction only. Unset reads back as '' after a commit.
create function current_organization() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.organization_id', true), '')::uuid;
create function current_actor() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.user_id', true), '')::uuid;

create function touch_row() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end $$;

-- People are known across organizations; a row is seen by its owner and by those who share an organization with them.
create table "user" (
  id uuid primary key default uuidv7(),
  issuer text not null,
  subject text not null,
  email text,
  name text not null default '',
  picture text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_seen_at timestamptz,
  constraint user_issuer_subject_key unique (issuer, subject)
);

create table organization (
  id uuid primary key default uuidv7(),
  name text not null constraint organization_name_check check (length(trim(name)) between 1 and 200),
  feature_overrides jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version integer not null default 1
);

create table membership (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  user_id uuid not null references "user" (id) on delete cascade,
  role text not null constraint membership_role_check check (role in ('owner', 'admin', 'member', 'viewer')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (organization_id, user_id)
);
create index membership_user_id_idx on membership (user_id, organization_id);

create table invitation (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  email text not null,
  role text not null constraint invitation_role_check check (role in ('owner', 'admin', 'member', 'viewer')),
  invited_by uuid references "user" (id) on delete set null,
  accepted_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '14 days',
  primary key (organization_id, id)
);
create unique index invitation_email_key on invitation (organization_id, lower(email)) where accepted_at is null;
create index invitation_open_email_idx on invitation (lower(email)) where accepted_at is null;

create table audit_log (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  user_id uuid,
  request_id text,
  action text not null constraint audit_log_action_check check (action in ('create', 'update', 'delete')),
  entity_type text not null,
  entity_id uuid not null,
  before jsonb,
  after jsonb,
  created_at timestamptz not null default now(),
  primary key (organization_id, id)
);
create index audit_log_entity_idx on audit_log (organization_id, entity_type, entity_id, id);

-- A change and its audit row are one transaction, because a trigger writes it. Secrets, even sealed, are left out.
create function audit_redact(entry jsonb) returns jsonb language sql immutable parallel safe
  return entry - array['auth_secret', 'api_key', 'token_hash', 'plan'];

-- Its argument is the column that names the thing. An organization is the tenant of its own row.
create function audit_change() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  key text := tg_argv[0];
begin
  if tg_op = 'INSERT' then
    insert into audit_log (organization_id, user_id, request_id, action, entity_type, entity_id, after)
    select coalesce(j ->> 'organization_id', j ->> 'id')::uuid, current_actor(),
      nullif(current_setting('app.request_id', true), ''), 'create', tg_table_name, (j ->> key)::uuid, audit_redact(j)
    from (select to_jsonb(r) as j from new_rows r) s;
  else
    insert into audit_log (organization_id, user_id, request_id, action, entity_type, entity_id, before)
    select (j ->> 'organization_id')::uuid, current_actor(), nullif(current_setting('app.request_id', true), ''),
      'delete', tg_table_name, (j ->> key)::uuid, audit_redact(j)
    from (select to_jsonb(r) as j from old_rows r) s;
  end if;
  return null;
end $$;

-- Of one row: the trigger's condition says which changes count.
create function audit_update() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  o jsonb := to_jsonb(old);
  n jsonb := to_jsonb(new);
begin
  insert into audit_log (organization_id, user_id, request_id, action, entity_type, entity_id, before, after)
  values (coalesce(n ->> 'organization_id', n ->> 'id')::uuid, current_actor(),
    nullif(current_setting('app.request_id', true), ''),
    case when o ->> 'deleted_at' is null and n ->> 'deleted_at' is not null then 'delete' else 'update' end,
    tg_table_name, (n ->> tg_argv[0])::uuid, audit_redact(o), audit_redact(n));
  return null;
end $$;

-- What every tenant table gets: forced row-level security with both clauses, and data rights without ownership. A row
-- stays what it is: of its key, its tenant and its run nothing can be updated.
create procedure protect_tenant_table(tbl regclass, rights text) language plpgsql as $$
declare
  asked text[] := string_to_array(rights, ', ');
  changeable text;
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format(
    'create policy tenant on %s to rhesis_app using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))',
    tbl);
  execute format('grant %s on %s to rhesis_app', array_to_string(array_remove(asked, 'update'), ', '), tbl);
  if 'update' = any(asked) then
    select string_agg(quote_ident(c.attname), ', ' order by c.attnum) into changeable from pg_attribute c
    where c.attrelid = tbl and c.attnum > 0 and not c.attisdropped and c.attname <> 'test_run_id'
      and c.attnum <> all(array(select unnest(i.indkey) from pg_index i where i.indrelid = tbl and i.indisprimary));
    execute format('grant update (%s) on %s to rhesis_app', changeable, tbl);
  end if;
end $$;

-- `moving` are columns that change without anybody changing the thing: an update of those alone leaves no row.
create procedure audit_table(tbl regclass, key text, moving text[] default '{}') language plpgsql as $$
declare
  ignored text[] := array['updated_at', 'version'] || moving;
begin
  execute format('create trigger audit_insert after insert on %s referencing new table as new_rows for each statement execute function audit_change(%L)', tbl, key);
  execute format('create trigger audit_update after update on %s for each row when (to_jsonb(old) - %L::text[] <> to_jsonb(new) - %L::text[]) execute function audit_update(%L)', tbl, ignored, ignored, key);
  execute format('create trigger audit_delete after delete on %s referencing old table as old_rows for each statement execute function audit_change(%L)', tbl, key);
end $$;

create procedure version_table(tbl regclass) language plpgsql as $$
begin
  execute format('create trigger touch before update on %s for each row execute function touch_row()', tbl);
end $$;

call protect_tenant_table('membership', 'select, insert, update, delete');
call protect_tenant_table('invitation', 'select, insert, update, delete');
call protect_tenant_table('audit_log', 'select, insert');
call version_table('membership');
call version_table('organization');
call audit_table('organization', 'id');
-- Only the owner of the tables can remove one for good, and its log goes with it.
drop trigger audit_delete on organization;
call audit_table('membership', 'user_id');
call audit_table('invitation', 'id');

alter table organization enable row level security;
alter table organization force row level security;
create policy tenant on organization to rhesis_app
  using (id = (select current_organization())) with check (id = (select current_organization()));
grant select, insert, update (name, feature_overrides, deleted_at) on organization to rhesis_app;

alter table "user" enable row level security;
alter table "user" force row level security;
create policy self on "user" for select to rhesis_app using (id = (select current_actor()));
create policy colleague on "user" for select to rhesis_app
  using (exists (select from membership m where m.user_id = "user".id and m.organization_id = (select current_organization())));
grant select on "user" to rhesis_app;
