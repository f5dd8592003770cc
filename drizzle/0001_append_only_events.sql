-- The event log is evidence: a row is never changed and never removed, whatever program asks.
CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN
	SELECT RAISE(ABORT, 'events are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER events_never_vanish BEFORE DELETE ON events BEGIN
	SELECT RAISE(ABORT, 'events are never deleted');
END;
