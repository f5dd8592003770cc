ALTER TABLE `certifications` ADD `is_change` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `certifications` ADD `previous_id` text REFERENCES certifications(id);--> statement-breakpoint
CREATE UNIQUE INDEX `certifications_pending_change` ON `certifications` (`enterprise_id`) WHERE state = 'PENDING_REVIEW';