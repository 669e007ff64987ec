-- Who is connected: a process of a customer that holds a WebSocket to one of our API processes and offers functions.
create table connector_connection (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null,
  project_id uuid not null,
  environment text not null constraint connector_connection_environment_check check (length(environment) between 1 and 63),
  user_id uuid references "user" (id) on delete set null,
  -- The API process that holds the socket, for whoever looks for a fault.
  process text not null,
  client_version text not null default '',
  functions text[] not null,
  created_at timestamptz not null default now(),
  -- Moved on by whoever holds the socket. Past it the process is taken for dead, and with it the connection.
  expires_at timestamptz not null,
  primary key (organization_id, id),
  constraint connector_connection_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade
);
create index connector_connection_project_id_idx on connector_connection (organization_id, project_id, environment);

-- Calls under way. Whoever made one deletes it with its answer, so it lives as long as a call takes. Unlogged: a crash of
-- the database loses what is under way, which its callers see and repeat.
create unlogged table connector_call (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null,
  connection_id uuid not null,
  status text not null default 'waiting' constraint connector_call_status_check
    check (status in ('waiting', 'sent', 'answered', 'failed')),
  -- JSON as text: nobody but the two ends reads it.
  request text not null,
  answer text,
  created_at timestamptz not null default now(),
  -- Nobody waits for it any longer than that.
  expires_at timestamptz not null,
  primary key (organization_id, id),
  constraint connector_call_answer_check check ((answer is not null) = (status = 'answered')),
  constraint connector_call_connection_id_fkey foreign key (organization_id, connection_id)
    references connector_connection (organization_id, id) on delete cascade
);
create index connector_call_connection_id_idx on connector_call (organization_id, connection_id, status);

call protect_tenant_table('connector_connection', 'select, insert, update, delete');
call protect_tenant_table('connector_call', 'select, insert, update, delete');

-- Waiting, then sent to the one connection it was made for, then over. What is over does not change any more.
create function check_connector_call_transition() returns trigger language plpgsql as $$
begin
  if old.connection_id = new.connection_id
    and (old.status, new.status) in (('waiting', 'sent'), ('waiting', 'failed'), ('sent', 'answered'), ('sent', 'failed')) then
    return new;
  end if;
  raise check_violation using message = format('a call that is %s cannot become %s', old.status, new.status),
    constraint = 'connector_call_transition_check', table = 'connector_call';
end $$;
create trigger check_transition before update on connector_call for each row execute function check_connector_call_transition();

-- Wake-ups. Ids only: a channel is not covered by row-level security.
create function notify_connector_calls() returns trigger language plpgsql as $$
begin
  perform pg_notify('connector_call', connection_id::text) from (select distinct connection_id from new_calls) s;
  return null;
end $$;
create trigger wake after insert on connector_call referencing new table as new_calls
  for each statement execute function notify_connector_calls();

create function notify_connector_answer() returns trigger language plpgsql as $$
begin
  perform pg_notify('connector_answer', new.id::text);
  return null;
end $$;
create trigger wake_caller after update on connector_call for each row
  when (new.status in ('answered', 'failed')) execute function notify_connector_answer();

-- Its caller has given up: whoever is working on it may stop.
create function notify_connector_cancel() returns trigger language plpgsql as $$
begin
  perform pg_notify('connector_cancel', old.id::text);
  return null;
end $$;
create trigger wake_holder after delete on connector_call for each row
  when (old.status = 'sent') execute function notify_connector_cancel();
