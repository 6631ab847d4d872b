/** Runs a full installation in a temporary home directory, and proves that it works and that nothing is left. */
@NullMarked
package dev.aiserver.rehearsal;

import org.jspecify.annotations.NullMarked;
