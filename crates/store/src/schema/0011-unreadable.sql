-- Documents that could not be read when the tables that screens query were last written: nothing of them stands there.
CREATE TABLE unreadable (
    document BLOB PRIMARY KEY
) WITHOUT ROWID;
