@NullMarked
package dev.aiserver;

import org.jspecify.annotations.NullMarked;
