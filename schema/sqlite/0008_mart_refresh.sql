-- As of which run the marts are: a run that is stopped by a signal leaves them as they were.

CREATE TABLE load_mart_refresh (
    run_id INTEGER PRIMARY KEY REFERENCES load_run
) STRICT;

-- Until now every run that completed brought them up to date.
INSERT INTO load_mart_refresh (run_id)
SELECT run_id FROM load_run WHERE outcome = 'completed' ORDER BY run_id DESC LIMIT 1;
