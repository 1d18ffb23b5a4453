-- The table of afterspan-durable on PostgreSQL. To be run once, by whoever may change the schema.
-- Another table name goes with the setting "table"; the columns are db-scheduler's.
-- Rows come and go quickly, so the table is vacuumed sooner than others.
create table if not exists background_jobs (
  task_name text not null,
  task_instance text not null,
  task_data bytea,
  execution_time timestamp with time zone not null,
  picked boolean not null,
  picked_by text,
  last_success timestamp with time zone,
  last_failure timestamp with time zone,
  consecutive_failures integer,
  last_heartbeat timestamp with time zone,
  version bigint not null,
  primary key (task_name, task_instance)
) with (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 1000
);

create index if not exists background_jobs_execution_time on background_jobs (execution_time);

create index if not exists background_jobs_last_heartbeat on background_jobs (last_heartbeat);
