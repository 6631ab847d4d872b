/** Stand-ins for macOS commands in tests: scripts that come first on PATH, and the server behind them. */
@NullMarked
package dev.aiserver.standin;

import org.jspecify.annotations.NullMarked;
