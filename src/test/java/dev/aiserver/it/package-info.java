/** Runs {@code ./install} on a Mac of stand-ins in its own network namespace. */
@NullMarked
package dev.aiserver.it;

import org.jspecify.annotations.NullMarked;
