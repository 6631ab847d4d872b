/** launchd and launchctl in miniature: they start real processes from real property lists, on any machine. */
@NullMarked
package dev.aiserver.rehearsal.launchd;

import org.jspecify.annotations.NullMarked;
