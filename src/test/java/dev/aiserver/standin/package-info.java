/** Commands of a Mac for tests: scripts that are put first on the search path, and what answers them. */
@NullMarked
package dev.aiserver.standin;

import org.jspecify.annotations.NullMarked;
