-- The table of afterspan-durable on H2. To be run once, by whoever may change the schema.
-- Another table name goes with the setting "table"; the columns are db-scheduler's.
-- Only with WRITE_DELAY=0: H2 loses acknowledged commits otherwise.
create table if not exists background_jobs (
  task_name varchar(250) not null,
  task_instance varchar(250) not null,
  task_data blob,
  execution_time timestamp with time zone not null,
  picked boolean not null,
  picked_by varchar(250),
  last_success timestamp with time zone,
  last_failure timestamp with time zone,
  consecutive_failures integer,
  last_heartbeat timestamp with time zone,
  version bigint not null,
  primary key (task_name, task_instance)
);

create index if not exists background_jobs_execution_time on background_jobs (execution_time);

create index if not exists background_jobs_last_heartbeat on background_jobs (last_heartbeat);
