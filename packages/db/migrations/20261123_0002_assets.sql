-- What a team states: projects, endpoints, models, requirements, metrics, tests and test sets.
create table project (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  name text not null constraint project_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id)
);
create unique index project_name_key on project (organization_id, name) where deleted_at is null;

create table model (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  name text not null constraint model_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  provider text not null constraint model_provider_check
    check (provider in ('openai', 'anthropic', 'google', 'azure', 'openai_compatible')),
  model_name text not null,
  base_url text,
  headers jsonb not null default '{}',
  api_key text,
  input_price numeric(12, 6) constraint model_input_price_check check (input_price >= 0),
  output_price numeric(12, 6) constraint model_output_price_check check (output_price >= 0),
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id)
);
create unique index model_name_key on model (organization_id, name) where deleted_at is null;
create unique index model_default_key on model (organization_id) where is_default and deleted_at is null;

create table endpoint (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  name text not null constraint endpoint_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  environment text not null default 'development' constraint endpoint_environment_check
    check (environment in ('production', 'staging', 'development', 'local')),
  config jsonb not null,
  auth_secret text,
  max_concurrency integer not null default 10 constraint endpoint_max_concurrency_check check (max_concurrency between 1 and 1000),
  -- Calls that may begin in a minute, over all runs; null for any number.
  max_per_minute integer constraint endpoint_max_per_minute_check check (max_per_minute between 1 and 1000000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  -- Where it is called: at an address, or as a function of whoever is connected.
  constraint endpoint_config_check check (
    case when config ->> 'protocol' = 'connector'
      then config ->> 'url' is null and config #>> '{connector,function}' is not null and config #>> '{connector,environment}' is not null
      else config ->> 'url' is not null end),
  constraint endpoint_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade
);
create unique index endpoint_name_key on endpoint (organization_id, project_id, name) where deleted_at is null;
create index endpoint_project_id_idx on endpoint (organization_id, project_id, id) where deleted_at is null;
create index endpoint_name_idx on endpoint (organization_id, name, id) where deleted_at is null;

create table requirement (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  name text not null constraint requirement_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id)
);
create unique index requirement_name_key on requirement (organization_id, name) where deleted_at is null;
-- One key for all rows, stored once: counting up to 10,000 reads some ten pages of it instead of the rows. So below.
create index requirement_count_idx on requirement (organization_id) where deleted_at is null;

create table topic (like requirement including defaults, primary key (organization_id, id),
  constraint topic_name_check check (length(trim(name)) between 1 and 200),
  constraint topic_organization_id_fkey foreign key (organization_id) references organization (id) on delete cascade);
create unique index topic_name_key on topic (organization_id, name) where deleted_at is null;
create index topic_count_idx on topic (organization_id) where deleted_at is null;

create table category (like requirement including defaults, primary key (organization_id, id),
  constraint category_name_check check (length(trim(name)) between 1 and 200),
  constraint category_organization_id_fkey foreign key (organization_id) references organization (id) on delete cascade);
create unique index category_name_key on category (organization_id, name) where deleted_at is null;
create index category_count_idx on category (organization_id) where deleted_at is null;

create table prompt (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  name text not null constraint prompt_name_check check (length(trim(name)) between 1 and 200),
  content text not null constraint prompt_content_check check (length(content) between 1 and 100000),
  language_code text not null default 'en',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id)
);
create unique index prompt_name_key on prompt (organization_id, name) where deleted_at is null;
create index prompt_count_idx on prompt (organization_id) where deleted_at is null;

create table metric (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  name text not null constraint metric_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  implementation text not null,
  parameters jsonb not null,
  model_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  constraint metric_model_id_fkey foreign key (organization_id, model_id) references model (organization_id, id)
);
create unique index metric_name_key on metric (organization_id, name) where deleted_at is null;
create index metric_count_idx on metric (organization_id) where deleted_at is null;
create index metric_model_id_idx on metric (organization_id, model_id) where model_id is not null;

create table requirement_metric (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  requirement_id uuid not null,
  metric_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, requirement_id, metric_id),
  constraint requirement_metric_requirement_id_fkey foreign key (organization_id, requirement_id) references requirement (organization_id, id) on delete cascade,
  constraint requirement_metric_metric_id_fkey foreign key (organization_id, metric_id) references metric (organization_id, id) on delete cascade
);
create index requirement_metric_metric_id_idx on requirement_metric (organization_id, metric_id);

create table test (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  kind text not null default 'single_turn' constraint test_kind_check check (kind in ('single_turn', 'multi_turn')),
  -- What is said over several turns. The input of such a test is how it begins, or its goal, for lists and searches.
  conversation jsonb,
  name text not null default '',
  input text not null constraint test_input_check check (length(input) between 1 and 100000),
  expected_output text,
  prompt_id uuid,
  requirement_id uuid,
  topic_id uuid,
  category_id uuid,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  constraint test_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
  constraint test_prompt_id_fkey foreign key (organization_id, prompt_id) references prompt (organization_id, id),
  constraint test_requirement_id_fkey foreign key (organization_id, requirement_id) references requirement (organization_id, id),
  constraint test_topic_id_fkey foreign key (organization_id, topic_id) references topic (organization_id, id),
  constraint test_category_id_fkey foreign key (organization_id, category_id) references category (organization_id, id),
  constraint test_conversation_check check ((kind = 'multi_turn') = (conversation is not null))
);
create index test_project_id_idx on test (organization_id, project_id, id) where deleted_at is null;
-- Few distinct keys are stored once each, so that counting 10,000 tests reads some ten pages of it.
create index test_count_idx on test (organization_id, project_id) where deleted_at is null;
-- The live ones are counted from the index alone; foreign keys look in it for all.
create index test_requirement_id_idx on test (organization_id, requirement_id, id) include (deleted_at, project_id) where requirement_id is not null;
create index test_topic_id_idx on test (organization_id, topic_id, id) include (deleted_at, project_id) where topic_id is not null;
create index test_category_id_idx on test (organization_id, category_id, id) include (deleted_at, project_id) where category_id is not null;
create index test_prompt_id_idx on test (organization_id, prompt_id) where prompt_id is not null;

create table test_set (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  project_id uuid not null,
  kind text not null default 'single_turn' constraint test_set_kind_check check (kind in ('single_turn', 'multi_turn')),
  name text not null constraint test_set_name_check check (length(trim(name)) between 1 and 200),
  description text not null default '',
  test_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deletion_id uuid,
  version integer not null default 1,
  primary key (organization_id, id),
  constraint test_set_project_id_fkey foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade
);
create index test_set_count_idx on test_set (organization_id, project_id) where deleted_at is null;
create unique index test_set_name_key on test_set (organization_id, project_id, name) where deleted_at is null;
create index test_set_name_idx on test_set (organization_id, name, id) where deleted_at is null;

create table test_set_test (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  test_set_id uuid not null,
  test_id uuid not null,
  position integer not null,
  is_live boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (organization_id, test_set_id, test_id),
  constraint test_set_test_test_set_id_fkey foreign key (organization_id, test_set_id) references test_set (organization_id, id) on delete cascade,
  constraint test_set_test_test_id_fkey foreign key (organization_id, test_id) references test (organization_id, id) on delete cascade
);
create index test_set_test_position_idx on test_set_test (organization_id, test_set_id, position, test_id) where is_live;
create index test_set_test_test_id_idx on test_set_test (organization_id, test_id);

create table test_set_metric (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  test_set_id uuid not null,
  metric_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, test_set_id, metric_id),
  constraint test_set_metric_test_set_id_fkey foreign key (organization_id, test_set_id) references test_set (organization_id, id) on delete cascade,
  constraint test_set_metric_metric_id_fkey foreign key (organization_id, metric_id) references metric (organization_id, id) on delete cascade
);
create index test_set_metric_metric_id_idx on test_set_metric (organization_id, metric_id);

-- What was deleted, in the order of deletion: one row for each thing a person deleted, also where more went with it.
create table deletion (
  organization_id uuid not null default current_organization() references organization (id) on delete cascade,
  id uuid not null default uuidv7(),
  entity_type text not null constraint deletion_entity_type_check check (entity_type in ('project', 'model', 'endpoint',
    'requirement', 'topic', 'category', 'prompt', 'metric', 'test', 'test_set', 'test_run')),
  entity_id uuid not null,
  name text not null,
  project_id uuid,
  user_id uuid default current_actor(),
  created_at timestamptz not null default now(),
  primary key (organization_id, id)
);

do $$
declare
  tbl text;
begin
  foreach tbl in array array['project', 'model', 'endpoint', 'requirement', 'topic', 'category', 'prompt', 'metric', 'test', 'test_set'] loop
    call protect_tenant_table(tbl::regclass, 'select, insert, update, delete');
    call version_table(tbl::regclass);
    -- How many tests are in a set is not an edit of the set.
    call audit_table(tbl::regclass, 'id', case tbl when 'test_set' then '{test_count}' else '{}' end::text[]);
    execute format('create index %I on %I (organization_id, deletion_id) where deleted_at is not null', tbl || '_deletion_id_idx', tbl);
  end loop;
end $$;
call protect_tenant_table('deletion', 'select, insert, delete');
call protect_tenant_table('requirement_metric', 'select, insert, delete');
call protect_tenant_table('test_set_test', 'select, insert, update, delete');
call protect_tenant_table('test_set_metric', 'select, insert, delete');
call audit_table('requirement_metric', 'requirement_id');
-- Whether a test in a set is deleted is seen from the test.
call audit_table('test_set_test', 'test_set_id', '{is_live}');
call audit_table('test_set_metric', 'test_set_id');

drop trigger touch on test_set;
create trigger touch before update on test_set for each row
  when (old.test_count = new.test_count) execute function touch_row();

-- A deleted test stays at its place in its sets, out of sight, so that restoring it puts it back.
create function hide_test_in_sets() returns trigger language plpgsql as $$
begin
  -- What a place says itself tells whether it has to change: joining old and new rows would compare each with each.
  update test_set_test s set is_live = n.deleted_at is null from new_tests n
  where s.organization_id = n.organization_id and s.test_id = n.id and s.is_live <> (n.deleted_at is null);
  return null;
end $$;
create trigger hide_in_sets after update on test referencing new table as new_tests
  for each statement execute function hide_test_in_sets();

create function count_tests_of_set() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    update test_set s set test_count = s.test_count + c.tests
    from (select organization_id, test_set_id, count(*) filter (where is_live) as tests from new_rows group by 1, 2) c
    where s.organization_id = c.organization_id and s.id = c.test_set_id and c.tests > 0;
  elsif tg_op = 'DELETE' then
    update test_set s set test_count = s.test_count - c.tests
    from (select organization_id, test_set_id, count(*) filter (where is_live) as tests from old_rows group by 1, 2) c
    where s.organization_id = c.organization_id and s.id = c.test_set_id and c.tests > 0;
  else
    update test_set s set test_count = s.test_count + c.tests
    from (
      select organization_id, test_set_id, sum(n) as tests from (
        select organization_id, test_set_id, is_live::integer as n from new_rows
        union all
        select organization_id, test_set_id, -is_live::integer from old_rows
      ) moved group by 1, 2
    ) c
    where s.organization_id = c.organization_id and s.id = c.test_set_id and c.tests <> 0;
  end if;
  return null;
end $$;
create trigger count_inserted after insert on test_set_test referencing new table as new_rows
  for each statement execute function count_tests_of_set();
create trigger count_updated after update on test_set_test referencing old table as old_rows new table as new_rows
  for each statement execute function count_tests_of_set();
create trigger count_deleted after delete on test_set_test referencing old table as old_rows
  for each statement execute function count_tests_of_set();
