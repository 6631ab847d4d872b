@NullMarked
package dev.aiserver.models;

import org.jspecify.annotations.NullMarked;
